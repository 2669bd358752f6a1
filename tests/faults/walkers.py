"""Walkers do Maillage's main job over HTTP, each by its own seed, and write down in the ledger what they were answered.

Browsers consent and vote; citizens propose and a moderator decides; a porteur makes a défi, which is published,
joined, and pledged to. A step is only taken on what is known to stand: so a refusal that is not the servers' state is
a wrong one, unless it concerns a cell whose last answer was lost.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import httpx

from tests.faults.ledger import Cell
from tests.faults.people import (
    ANSWERED_WITHIN_S,
    Answer,
    Citizen,
    Improper,
    Unanswered,
    ask,
    citizen,
    visitor,
)
from tests.faults.site import OPERATOR, SLUG, Site

CONSULTATION = f"/api/consultation/v1/consultations/{SLUG}"
PROPOSALS = "/api/consultation/v1/proposals"
DEFIS = f"/api/territories/{OPERATOR}/v1/defis"
CHOICES = ("agree", "disagree", "neutral")
COMMUNE = {"code": "88160", "name": "Épinal"}
READS = (f"{CONSULTATION}/proposals", f"{CONSULTATION}/results", DEFIS, "/api/consultation/v1/observatory")


class Walker:
    """One person after another at one connection, in a thread of its own."""

    def __init__(self, site: Site, name: str, seed: int, moderator: Citizen, staff: Citizen) -> None:
        self.site, self.name, self.ledger = site, name, site.ledger
        self.chance = Random(f"{seed} {name}")
        self.client = httpx.Client(base_url=site.url, timeout=ANSWERED_WITHIN_S)
        self.moderator, self.staff = moderator, staff
        self.author, self.porteur, self.friend = (
            citizen(site, self.client, f"{role}.{name}@exemple.fr") for role in ("auteur", "porteur", "ami")
        )
        self.done = 0
        self.wrong: list[str] = []
        self._made = 0
        self._browsers: list[tuple[str, dict[str, str]]] = []
        self._proposals: dict[str, list[tuple[str, str]]] = {"pending": [], "accepted": []}
        self._defis: dict[str, list[tuple[str, str]]] = {"draft": [], "submitted": [], "published": []}
        self._requests: list[tuple[str, str, Cell]] = []
        self._pledges: list[tuple[str, str, Cell]] = []

    def step(self) -> None:
        """Do one thing, and write down what came of it."""
        steps = [step for step, weight in self._possible() for _ in range(weight)]
        try:
            self.chance.choice(steps)()
        except Unanswered:
            pass  # what it may have changed is written down where it was asked
        except Improper as improper:
            self.wrong.append(f"{self.name}: {improper}")

    def _possible(self) -> Iterator[tuple[Callable[[], None], int]]:
        yield self.read, 2
        yield self.arrive, 2
        yield self.propose, 2
        yield self.begin_defi, 1
        if self._proposals["pending"]:
            yield self.moderate, 3
        if self._proposals["accepted"] and self._browsers:
            yield self.vote, 8
        if self._defis["draft"]:
            yield self.submit_defi, 3
        if self._defis["submitted"]:
            yield self.publish_defi, 3
        if self._defis["published"]:
            yield self.join, 1
            yield self.pledge, 2
        if self._requests:
            yield self.welcome, 2
        if self._pledges:
            yield self.accept_pledge, 2

    # -- the consultation --------------------------------------------------------------------------

    def read(self) -> None:
        """Look at something public."""
        self._ask("GET", self.chance.choice(READS))

    def arrive(self) -> None:
        """A browser gets its token and consents."""
        subject, headers = visitor(self.client)
        if self._write(("consent", subject), "given", "POST", f"{CONSULTATION}/consent", headers, version=1):
            self._browsers.append((subject, headers))

    def vote(self) -> None:
        """A browser votes, or changes its vote."""
        subject, headers = self.chance.choice(self._browsers)
        proposal, _text = self.chance.choice(self._proposals["accepted"])
        choice = self.chance.choice(CHOICES)
        address = f"{PROPOSALS}/{proposal}/vote"
        self._write(
            ("vote", subject, proposal), choice, "PUT", address, headers, choice=choice, qualifiers=[]
        )

    def propose(self) -> None:
        """A citizen proposes."""
        if not self.author.may("propose", 18):
            return
        text = f"Il faut planter {self._serial()} arbres."
        headers = self.author.headers["coalition"]
        made = self._write(
            ("proposal", text), "pending", "POST", f"{CONSULTATION}/proposals", headers, text=text
        )
        if made:
            self._proposals["pending"].append((made.document["id"], text))

    def moderate(self) -> None:
        """A moderator accepts or refuses a proposal, and its author is told."""
        proposal, text = self._take(self._proposals["pending"])
        accept = self.chance.random() < 0.8
        body = {"decision": "accept"} if accept else {"decision": "refuse", "reason": "test"}
        value, headers = "accepted" if accept else "refused", self.moderator.headers["coalition"]
        done = self._write(
            ("proposal", text), value, "POST", f"{PROPOSALS}/{proposal}/decision", headers, **body
        )
        if done and accept:
            self._proposals["accepted"].append((proposal, text))
        elif not done:
            self._proposals["pending"].append((proposal, text))

    # -- the défi ----------------------------------------------------------------------------------

    def begin_defi(self) -> None:
        """A porteur begins a défi."""
        if not self.porteur.may("begin", 9):
            return
        title = f"Café {self._serial()}"
        fields = {
            "title": title,
            "problem": "Le dernier a fermé.",
            "commune": COMMUNE,
            "first_date": "2030-01-15",
        }
        made = self._write(("defi", title), "draft", "POST", DEFIS, self.porteur.headers[OPERATOR], **fields)
        if made:
            self._defis["draft"].append((made.document["id"], title))

    def submit_defi(self) -> None:
        """Its porteur sends it to the operator."""
        self._move("draft", "submitted", "submission", self.porteur)

    def publish_defi(self) -> None:
        """The operator publishes it, and the observatory is told."""
        self._move("submitted", "published", "decision", self.staff, decision="publish")

    def join(self) -> None:
        """Somebody asks to join."""
        defi, _title = self.chance.choice(self._defis["published"])
        cell = ("member", defi, self.friend.subjects[OPERATOR])
        if self.ledger.possible(cell) != {None} or not self.friend.may("join", 9):
            return
        headers = self.friend.headers[OPERATOR]
        made = self._write(cell, "requested", "POST", f"{DEFIS}/{defi}/membership", headers, name="Bruno")
        if made:
            self._requests.append((defi, made.document["id"], cell))

    def welcome(self) -> None:
        """The porteur accepts who asked."""
        defi, member, cell = request = self._take(self._requests)
        address, headers = f"{DEFIS}/{defi}/members/{member}/answer", self.porteur.headers[OPERATOR]
        if not self._write(cell, "active", "POST", address, headers, answer="accept"):
            self._requests.append(request)

    def pledge(self) -> None:
        """Somebody offers something."""
        if not self.friend.may("pledge", 18):
            return
        defi, _title = self.chance.choice(self._defis["published"])
        cell = ("pledge", f"Offre {self._serial()}")
        body = {"kind": "skill", "description": cell[1], "name": "Chloé"}
        made = self._write(
            cell, "offered", "POST", f"{DEFIS}/{defi}/pledges", self.friend.headers[OPERATOR], **body
        )
        if made:
            self._pledges.append((defi, made.document["id"], cell))

    def accept_pledge(self) -> None:
        """The porteur accepts what was offered."""
        defi, pledge, cell = offered = self._take(self._pledges)
        address, headers = f"{DEFIS}/{defi}/pledges/{pledge}/decision", self.porteur.headers[OPERATOR]
        if not self._write(cell, "accepted", "POST", address, headers, decision="accept"):
            self._pledges.append(offered)

    def _move(self, before: str, after: str, step: str, who: Citizen, **body: Any) -> None:
        defi, title = self._take(self._defis[before])
        address, headers = f"{DEFIS}/{defi}/{step}", who.headers[OPERATOR]
        done = self._write(("defi", title), after, "POST", address, headers, **body)
        self._defis[after if done else before].append((defi, title))

    # -- asking ------------------------------------------------------------------------------------

    def _write(
        self, cell: Cell, value: str, method: str, path: str, headers: dict[str, str], **body: Any
    ) -> Answer | None:
        """Ask for a change and write down what was answered; the answer, if it was done."""
        sure = self.ledger.sure(cell)
        try:
            answer = self._ask(method, path, headers=headers, json=body)
        except (Unanswered, Improper):
            self.ledger.lose_sight(cell, value)
            raise
        if answer.done:
            self.ledger.acknowledge(cell, value)
            return answer
        self.ledger.refuse(cell)
        if answer.status != 503 and sure:
            raise Improper(f"{method} {path} is refused for no reason: {answer.document}")
        return None

    def _ask(self, method: str, path: str, **options: Any) -> Answer:
        answer = ask(self.client, method, path, **options)
        if answer.done:
            self.done += 1
        elif answer.status == 503:
            time.sleep(0.05)  # not the five seconds that are asked for, nor at once
        return answer

    def _take(self, things: list[Any]) -> Any:
        return things.pop(self.chance.randrange(len(things)))

    def _serial(self) -> str:
        self._made += 1
        return f"{self.name} {self._made}"


class Walk:
    """Several walkers at once."""

    def __init__(self, walkers: list[Walker]) -> None:
        self.walkers = walkers

    @property
    def done(self) -> int:
        """How much was done so far."""
        return sum(walker.done for walker in self.walkers)

    @property
    def wrong(self) -> list[str]:
        """Improper answers."""
        return [line for walker in self.walkers for line in walker.wrong]


@contextmanager
def walking(site: Site, name: str, seed: int, walkers: int = 3) -> Iterator[Walk]:
    """People walk, from threads, for the length of a block; then each finishes the step in hand."""
    with httpx.Client(base_url=site.url, timeout=ANSWERED_WITHIN_S) as client:
        moderator = citizen(site, client, f"moderation.{name}@exemple.fr", ("moderator", "coalition"))
        staff = citizen(site, client, f"equipe.{name}@exemple.fr", ("operator_staff", f"operator:{OPERATOR}"))
    walk = Walk([Walker(site, f"{name}{n}", seed, moderator, staff) for n in range(walkers)])
    stop = threading.Event()

    def go(walker: Walker) -> None:
        while not stop.is_set():
            walker.step()

    threads = [threading.Thread(target=go, args=(walker,), name=walker.name) for walker in walk.walkers]
    for thread in threads:
        thread.start()
    try:
        yield walk
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        for walker in walk.walkers:
            walker.client.close()
