"""Identifiers: UUID version 7 (RFC 9562), made by the caller, so a row's name is known before it is written."""

from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """A new identifier, ordered by the time of its making."""
    return uuid_utils.compat.uuid7()
