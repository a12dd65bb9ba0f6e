"""Identifiers: UUID version 7 (RFC 9562), made by the caller, so a row's name is known before it is written."""

from collections.abc import Iterable
from operator import attrgetter
from uuid import UUID

import orjson
import uuid_utils.compat


def new_id() -> UUID:
    """A new identifier, ordered by the time of its making."""
    return uuid_utils.compat.uuid7()


def text_of(an_id: UUID) -> str:
    """The id as its text, in a third of the time that `str` takes."""
    return orjson.dumps(an_id)[1:-1].decode()


_number = attrgetter("int")


def in_order(ids: Iterable[UUID]) -> list[UUID]:
    """The ids in their one order, each once: the order in which rows are locked."""
    return sorted(set(ids), key=_number)
