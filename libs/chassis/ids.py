"""Identifiers: UUIDv7 for what has an order in time, UUIDv4 for what must not tell when it came to be."""

from uuid import UUID, uuid4

from uuid_utils.compat import uuid7

__all__ = ["UUID", "uuid4", "uuid7"]
