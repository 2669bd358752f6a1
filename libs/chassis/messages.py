"""Marking sentences for translation, for code that must not know how they are translated."""


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for « mark now, translate later »
    """Mark a sentence for translation and leave it as it is."""
    return message
