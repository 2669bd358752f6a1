"""How long what a key signs is good for. The keys' own life follows from it."""

from datetime import timedelta

VISITOR_TOKEN = timedelta(days=365)
"""A browser keeps its votes for a year."""

ACCESS_TOKEN = timedelta(minutes=10)
"""A role taken back still works for at most this long."""

LONGEST_TOKEN = max(VISITOR_TOKEN, ACCESS_TOKEN)

SIGNER_REFRESH = timedelta(minutes=1)
"""How long a process signs with the key it holds before it asks the database which one signs now."""
