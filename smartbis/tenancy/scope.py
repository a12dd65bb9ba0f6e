"""The tenant scope: one transaction, in which the database shows one tenant and no other."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar, cast
from uuid import UUID

from django.db import connection, transaction

from smartbis.kernel.context import scoped, scoped_tenant

T = TypeVar("T")
_memory: ContextVar[dict[Hashable, object] | None] = ContextVar("scope_memory", default=None)


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
def tenant_scope(tenant: UUID, *, read_only: bool = False) -> Iterator[None]:
    """Open the tenant's scope: a transaction with the tenant set for it alone.

    The outermost call opens and commits (or rolls back on an exception); an inner one joins it, without a savepoint,
    whatever its `read_only`. Raises TenantScopeConflict inside another tenant's scope.
    """
    open_for = scoped_tenant()
    if open_for == tenant:
        yield
        return
    if open_for is not None:
        raise TenantScopeConflict(f"{tenant} inside {open_for}")
    nested = connection.in_atomic_block  # a test's transaction, or a migration's
    with transaction.atomic(), scoped(tenant), _fresh_memory():
        with connection.cursor() as cursor:
            if read_only:
                cursor.execute(
                    "SELECT set_config('app.tenant', %s, true), set_config('transaction_read_only', 'on', true)",
                    [str(tenant)],
                )
            else:
                cursor.execute("SELECT set_config('app.tenant', %s, true)", [str(tenant)])
        yield
        if nested:
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('app.tenant', '', true)")


@contextmanager
def _fresh_memory() -> Iterator[None]:
    token = _memory.set({})
    try:
        yield
    finally:
        _memory.reset(token)


def remembered(name: Hashable, make: Callable[[], T]) -> T:
    """What `make` answered the first time in this scope: for settings that many services of one transaction read.

    Who changes such a thing calls `forget`.
    """
    memory = _memory.get()
    if memory is None:
        return make()
    if name not in memory:
        memory[name] = make()
    return cast(T, memory[name])


def forget(name: Hashable) -> None:
    """Let the next `remembered(name)` of this scope read anew."""
    memory = _memory.get()
    if memory is not None:
        memory.pop(name, None)
