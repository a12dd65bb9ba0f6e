"""What one use case says to the database, statement by statement, and a bare loop that says the same.

The script is taken from the service itself while it works once, so the peer has the service's very round trips whatever
becomes of the service. Said again, ids that were minted are minted anew and the facts of the next case are put in.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID

import psycopg

from smartbis.kernel.ids import new_id

Facts = Mapping[str, object]
# Answers what a result row teaches for later statements: {"available": 120, …}
Learn = Callable[[str, list[tuple[Any, ...]]], Facts]


@dataclass(frozen=True)
class Statement:
    """A statement as it was sent. Statements of one `trip` went out together, in one round trip.

    `transaction` counts from 0; None is a statement outside any.
    """

    sql: str
    parameters: Any
    trip: int
    transaction: int | None


@dataclass(frozen=True)
class Slot:
    """A place in a statement's parameters that differs from case to case."""

    key: Any
    index: int | None
    fact: object


@dataclass(frozen=True)
class Line:
    """A statement ready to be said again."""

    sql: str
    parameters: Any
    slots: tuple[Slot, ...]
    trip: int
    transaction: int | None


def overheard(work: Callable[[], object]) -> list[Statement]:
    """Everything that `work` says to the database through Django."""
    from django.db import connection

    heard: list[Statement] = []
    opened: list[object] = []
    pipelines: list[object] = []  # kept, so that none gets the place of one that is gone

    def listen(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        raw = connection.connection
        together = getattr(raw, "_pipeline", None)
        if together is not None and not any(each is together for each in pipelines):
            pipelines.append(together)
        trip = -len(heard) - 1 if together is None else next(n for n, each in enumerate(pipelines) if each is together)
        outermost = next(iter(connection.atomic_blocks), None)
        if outermost is not None and outermost not in opened:
            opened.append(outermost)
        transaction = None if outermost is None else opened.index(outermost)
        heard.append(Statement(sql, _plain(parameters), trip, transaction))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(listen):
        work()
    return heard


def _plain(parameters: Any) -> Any:
    """The parameters without anything of Django's, so that a process without Django can say them."""
    if isinstance(parameters, dict):
        return {name: _plain_value(value) for name, value in parameters.items()}
    return [_plain_value(value) for value in parameters] if parameters else parameters


# Ids that travel as the literal of an array are minted anew like others.
_IDS = re.compile(r"\{[0-9a-f]{32}(,[0-9a-f]{32})*\}")


def _plain_value(value: Any) -> Any:
    if isinstance(value, str) and _IDS.fullmatch(value):
        return [UUID(each) for each in value[1:-1].split(",")]
    if isinstance(value, list | tuple):
        return [_plain_value(each) for each in value]
    return value.value if isinstance(value, Enum) else value


def round_trips(script: list[Statement]) -> int:
    """How often the service waits for the database, BEGIN and COMMIT included."""
    trips = len({each.trip for each in script})
    first = {each.transaction: each for each in reversed(script) if each.transaction is not None}
    return trips + sum(2 if each.trip < 0 else 1 for each in first.values())


def learnt_by_heart(script: list[Statement], *, names: Mapping[object, str], kept: set[UUID]) -> list[Line]:
    """The script with a slot wherever a value belongs to the case.

    `names` says which fact a value stands for; every other UUID that is not in `kept` was minted. Parameters whose name
    is a fact of their own (`b_available`) are marked by `BY_NAME`.
    """
    return [
        Line(each.sql, each.parameters, tuple(_slots(each.parameters, names, kept)), each.trip, each.transaction)
        for each in script
    ]


BY_NAME = {
    "b_available": "available",
    "availables": "available",
    "b_number": "number",
    "numbers": "number",
}


def _slots(parameters: Any, names: Mapping[object, str], kept: set[UUID]) -> list[Slot]:
    found: list[Slot] = []
    if not parameters:
        return found
    pairs = parameters.items() if isinstance(parameters, dict) else enumerate(parameters)
    for key, value in pairs:
        members = value if isinstance(value, list) else [value]
        for index, member in enumerate(members):
            place = index if isinstance(value, list) else None
            if isinstance(member, UUID | str | bytes | int) and member in names:
                found.append(Slot(key, place, names[member]))
            elif key in BY_NAME:
                found.append(Slot(key, place, BY_NAME[key]))
            elif isinstance(member, UUID) and member not in kept:
                found.append(Slot(key, place, member))
    return found


def say(connection: psycopg.Connection[Any], lines: list[Line], facts: dict[object, object], learn: Learn) -> None:
    """Say the script in its transactions, every statement prepared, and wait where the service waits."""
    cursor = connection.cursor()
    place = 0
    while place < len(lines):
        if place == 0 or lines[place].transaction != lines[place - 1].transaction:
            connection.commit()
            connection.autocommit = lines[place].transaction is None
        together = [line for line in lines[place:] if line.trip == lines[place].trip]
        if len(together) == 1:
            _execute(cursor, together[0], facts)
            if cursor.description:
                facts.update(learn(together[0].sql, cursor.fetchall()))
        else:
            cursors = [connection.cursor() for _ in together]
            with connection.pipeline():
                for each, line in zip(cursors, together, strict=True):
                    _execute(each, line, facts)
            for each, line in zip(cursors, together, strict=True):
                if each.description:
                    facts.update(learn(line.sql, each.fetchall()))
        place += len(together)
    connection.commit()


def _execute(cursor: psycopg.Cursor[Any], line: Line, facts: dict[object, object]) -> None:
    parameters = line.parameters
    if line.slots:
        parameters = dict(parameters) if isinstance(parameters, dict) else list(parameters)
        for slot in line.slots:
            if isinstance(slot.fact, UUID) and slot.fact not in facts:
                facts[slot.fact] = new_id()
            value = facts[slot.fact]
            if slot.index is None:
                parameters[slot.key] = value
            else:
                members = list(parameters[slot.key])
                members[slot.index] = value
                parameters[slot.key] = members
    cursor.execute(line.sql, parameters, prepare=True)
