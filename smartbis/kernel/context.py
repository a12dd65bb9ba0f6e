"""Which tenant this thread of work belongs to. Doors bind it; the scope in `tenancy` makes it count."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

_scoped: ContextVar[UUID | None] = ContextVar("scoped_tenant", default=None)
_request_id: ContextVar[str] = ContextVar("request_id", default="")


def scoped_tenant() -> UUID | None:
    """The tenant whose scope is open, if any."""
    return _scoped.get()


@contextmanager
def scoped(tenant: UUID) -> Iterator[None]:
    """Mark `tenant` as the one in scope; only `tenancy.scope` calls this."""
    token = _scoped.set(tenant)
    try:
        yield
    finally:
        _scoped.reset(token)


def request_id() -> str:
    """The id that ties log lines and audit rows of one request together."""
    return _request_id.get()


@contextmanager
def bound_request_id(value: str) -> Iterator[None]:
    """Bind the request id for this context."""
    token = _request_id.set(value)
    try:
        yield
    finally:
        _request_id.reset(token)
