"""The tenant scope: one transaction, in which the database shows one tenant and no other."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from django.db import connection, transaction

from smartbis.kernel.context import scoped, scoped_tenant
from smartbis.tenancy.statements import one_trip, prepared_cursor

T = TypeVar("T")
_SET = "SELECT set_config('app.tenant', %s, true)"
_SET_READ_ONLY = "SELECT set_config('app.tenant', %s, true), set_config('transaction_read_only', 'on', true)"


@dataclass(frozen=True)
class _Memory:
    """What a scope has read by name, and whether it can only read."""

    answers: dict[Hashable, object]
    only_reads: bool


_memory: ContextVar[_Memory | None] = ContextVar("scope_memory", default=None)


class TenantScopeMissing(Exception):
    """Tenant data was touched outside a tenant scope: a programming error, never shown to people."""


class TenantScopeConflict(Exception):
    """A scope of one tenant was opened inside another's: a programming error."""


def current_tenant() -> UUID:
    """The tenant in scope. Raises TenantScopeMissing."""
    tenant = scoped_tenant()
    if tenant is None:
        raise TenantScopeMissing("open tenant_scope(tenant) first")
    return tenant


@contextmanager
def tenant_scope(tenant: UUID, *, read_only: bool = False, reading: Sequence["Reading[Any]"] = ()) -> Iterator[None]:
    """Open the tenant's scope: a transaction with the tenant set for it alone.

    The outermost call opens and commits (or rolls back on an exception); an inner one joins it, without a savepoint,
    whatever its `read_only`. What the work is sure to read may be named: it then comes with the opening's round trip,
    or, in a scope that is open already, in one of its own, and is remembered. Raises TenantScopeConflict inside another
    tenant's scope.
    """
    open_for = scoped_tenant()
    if open_for == tenant:
        if reading:
            read_together(*reading)
        yield
        return
    if open_for is not None:
        raise TenantScopeConflict(f"{tenant} inside {open_for}")
    nested = connection.in_atomic_block  # a test's transaction, or a migration's
    with transaction.atomic(), scoped(tenant), _fresh_memory(only_reads=read_only):
        with prepared_cursor() as cursor, one_trip() if reading else nullcontext():
            cursor.execute(_SET_READ_ONLY if read_only else _SET, [str(tenant)])
            if reading:
                read_together(*reading)
        yield
        if nested:
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('app.tenant', '', true)")


@contextmanager
def _fresh_memory(*, only_reads: bool) -> Iterator[None]:
    token = _memory.set(_Memory({}, only_reads))
    try:
        yield
    finally:
        _memory.reset(token)


@dataclass(frozen=True)
class Reading(Generic[T]):
    """A fixed statement, and what its rows mean: most only read, some write or lock what they answer.

    With a `name` the scope remembers the answer: for settings that many services of one transaction read. Who changes
    such a thing calls `forget`. What is remembered `only_in_reading` scopes, where nothing can change, needs no such
    care.
    """

    statement: str
    parameters: Sequence[object] | Mapping[str, object]
    make: Callable[[list[tuple[Any, ...]]], T]
    name: Hashable = None
    only_in_reading: bool = False


def read(reading: Reading[T]) -> T:
    """The answer of one reading."""
    memory = _memory.get()
    if memory is not None and reading.name in memory.answers and _is_kept(reading, memory):
        return cast(T, memory.answers[reading.name])
    return cast(T, read_together(reading)[0])


def read_together(*readings: Reading[Any]) -> list[Any]:
    """The answers of several statements, said in their order in one round trip; those remembered are not said again."""
    memory = _memory.get()
    known: dict[Hashable, object] = {} if memory is None else memory.answers
    asked = [each for each in readings if not _is_kept(each, memory) or each.name not in known]
    answers = dict(zip(map(id, asked), _asked(asked), strict=True))
    known.update({each.name: answers[id(each)] for each in asked if _is_kept(each, memory)})
    return [answers[id(each)] if id(each) in answers else known[each.name] for each in readings]


def at_once(tenant: UUID, *readings: Reading[Any]) -> list[Any]:
    """The answers of statements said in the tenant's scope in one round trip, which commits what they wrote.

    All that a pipeline says up to its end is one transaction, without BEGIN and COMMIT (PostgreSQL documentation,
    libpq, "Pipeline Mode"); the tenant is set for it alone. Within somebody's transaction it is a part of that.
    """
    if connection.in_atomic_block:
        with tenant_scope(tenant):
            return read_together(*readings)
    with one_trip():
        with prepared_cursor() as cursor:
            cursor.execute(_SET, [str(tenant)])
        cursors = _said(readings)
    return _heard(readings, cursors)


def _is_kept(reading: Reading[Any], memory: _Memory | None) -> bool:
    """Whether the scope remembers its answer."""
    return reading.name is not None and memory is not None and (memory.only_reads or not reading.only_in_reading)


def _asked(readings: Sequence[Reading[Any]]) -> list[Any]:
    if not readings:
        return []
    with one_trip() if len(readings) > 1 else nullcontext():
        cursors = _said(readings)
    return _heard(readings, cursors)


def _said(readings: Sequence[Reading[Any]]) -> list[Any]:
    cursors = [prepared_cursor() for _ in readings]
    for cursor, each in zip(cursors, readings, strict=True):
        cursor.execute(each.statement, each.parameters)
    return cursors


def _heard(readings: Sequence[Reading[Any]], cursors: Sequence[Any]) -> list[Any]:
    found = [each.make(cursor.fetchall()) for cursor, each in zip(cursors, readings, strict=True)]
    for cursor in cursors:
        cursor.close()
    return found


def recalled(name: Hashable) -> Any:
    """The answer that this scope remembers of a reading; None when it knows none."""
    memory = _memory.get()
    return None if memory is None else memory.answers.get(name)


def remember(name: Hashable, answer: object) -> None:
    """Let readings of this name in this scope be answered by what the same request has read a moment ago."""
    memory = _memory.get()
    if memory is not None:
        memory.answers.setdefault(name, answer)


def forget(name: Hashable) -> None:
    """Let the next reading of this name in this scope ask anew."""
    memory = _memory.get()
    if memory is not None:
        memory.answers.pop(name, None)
