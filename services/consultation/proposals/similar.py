"""Proposals that say nearly the same as a text, so that its author may vote for one instead of repeating it.

Two texts are near when they share stems that few proposals have. The weight of a stem is log(1 + N / n): n of the N
proposals that may be shown hold it, so « faut » weighs nothing and « compost » a lot. The similarity is Dice's
coefficient over these weights, between 0 and 1: twice what is shared, over what both have. A stem that only the other
proposal has counts with the mean weight of the text's own, since its frequency is not at hand.

Every proposal that shares a stem is found by the index, so n is exact, and no text that anybody typed is ever read as
a query: the stems are taken first, and PostgreSQL's own quoting of them makes the query.
"""

from __future__ import annotations

from sqlalchemy import text as sql

LEAST_SIMILARITY = 0.25
"""Below, texts of a dozen words share one rare word or two common ones, and mean different things."""

SIMILAR = sql(
    """
    WITH asked AS MATERIALIZED (
        SELECT stems(:text, :language) AS words
    ), query AS MATERIALIZED (
        SELECT replace(words::text, ' ', ' | ')::tsquery AS any_word FROM asked
    ), candidate AS MATERIALIZED (
        SELECT proposal.id, proposal.search FROM proposal, query
        WHERE proposal.consultation_id = :consultation AND proposal.state = :state
            AND proposal.search @@ query.any_word
    ), shared AS MATERIALIZED (
        SELECT candidate.id, word FROM candidate, unnest(tsvector_to_array(candidate.search)) AS word
        WHERE word = ANY((SELECT tsvector_to_array(words) FROM asked)::text[])
    ), frequency AS (
        SELECT word, count(*) AS n FROM shared GROUP BY word
    ), weight AS MATERIALIZED (
        SELECT word, ln(1 + total.n / coalesce(frequency.n, 0.5)) AS weight
        FROM asked
        CROSS JOIN unnest(tsvector_to_array(asked.words)) AS word
        CROSS JOIN (
            SELECT count(*)::float AS n FROM proposal
            WHERE consultation_id = :consultation AND state = :state
        ) AS total
        LEFT JOIN frequency USING (word)
    ), whole AS (
        SELECT sum(weight) AS sum, avg(weight) AS mean FROM weight
    ), score AS (
        SELECT id, sum(weight) AS shared, count(*) AS words FROM shared JOIN weight USING (word) GROUP BY id
    )
    SELECT candidate.id,
        2 * score.shared / (
            whole.sum + score.shared + whole.mean * (length(candidate.search) - score.words)
        ) AS similarity
    FROM candidate JOIN score USING (id), whole
    WHERE 2 * score.shared >= :least * (
        whole.sum + score.shared + whole.mean * (length(candidate.search) - score.words)
    )
    ORDER BY similarity DESC, candidate.id
    LIMIT 6
    """
)

HOLDING = sql(
    """
    SELECT id FROM proposal
    WHERE consultation_id = :consultation AND state = :state
        AND search @@ replace(stems(:words, :language)::text, ' ', ' & ')::tsquery
    """
)
"""Proposals that hold every word that one looks for, in whatever form and with or without its accents."""
