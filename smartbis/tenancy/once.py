"""Outside writes by key: one effect and one answer, however often they are sent."""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import OperationalError, connection

from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.kernel.jsons import fit_to_hash
from smartbis.tenancy.errors import KeyMissing, KeyReused, RequestInProgress
from smartbis.tenancy.models import RequestRecord
from smartbis.tenancy.scope import Reading, read_together, tenant_scope
from smartbis.tenancy.statements import one_trip, prepared_cursor

_ANSWER = "SELECT fingerprint, status, body FROM tenancy_requestrecord WHERE tenant_id = %s AND key = %s"
_KEEP = (
    "INSERT INTO tenancy_requestrecord (id, tenant_id, operation, key, fingerprint, status, body, created_at) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)
MAX_KEY = 255
KEPT_HOURS = 72
T = TypeVar("T")
TRIES = 3
_LOST = ("DeadlockDetected", "SerializationFailure")


@dataclass(frozen=True)
class Once:
    """An answer, and whether it is the first one given again."""

    replayed: bool
    status: int
    body: str


def fingerprint_of(operation: str, body: Any) -> bytes:
    """32 bytes that tell one input from another: the operation and its canonical JSON."""
    return hashlib.sha256(operation.encode() + b"\n" + fit_to_hash(body, sort_keys=True)).digest()


def run_once(
    *,
    tenant: UUID,
    key: str,
    operation: str,
    fingerprint: bytes,
    work: Callable[[], tuple[int, str]],
    reading: Sequence[Reading[Any]] = (),
) -> Once:
    """Run `work` in the tenant's scope unless its key has an answer already; remember a 2xx answer with its effects.

    `work` returns an HTTP status and a body as text. A refusal rolls everything back and is judged anew next time.
    What `work` is sure to read may be named: it comes with the round trip that claims the key.
    What lost to a deadlock runs again, so `work` has no effect but in the database.
    Raises KeyMissing, KeyReused, RequestInProgress, and whatever `work` raises.
    """
    if not key or len(key) > MAX_KEY:
        raise KeyMissing
    return patiently(lambda: _run(tenant, key, operation, fingerprint, work, reading))


def patiently(work: Callable[[], T]) -> T:
    """Run a transaction again that lost to a deadlock or a rival, a few times; anything else goes up.

    Inside somebody else's transaction it runs once: all of that one is lost, and its opener decides.
    """
    if connection.in_atomic_block:
        return work()
    for _ in range(TRIES - 1):
        try:
            return work()
        except OperationalError as error:
            if type(error.__cause__).__name__ not in _LOST:
                raise
    return work()


def _run(
    tenant: UUID,
    key: str,
    operation: str,
    fingerprint: bytes,
    work: Callable[[], tuple[int, str]],
    reading: Sequence[Reading[Any]],
) -> Once:
    claim = _claim(tenant, key)
    # The answer goes out together with the COMMIT.
    with ExitStack() as last_trip, tenant_scope(tenant, reading=(*claim, *reading)):
        claimed, first = read_together(*claim)
        if not claimed:
            raise RequestInProgress
        if first is not None:
            if first[0] != fingerprint:
                raise KeyReused
            return Once(replayed=True, status=first[1], body=first[2])
        status, body = work()
        if 200 <= status < 300:
            values = [new_id(), tenant, operation, key, fingerprint, status, body, now()]
            last_trip.enter_context(one_trip())
            with prepared_cursor() as cursor:
                cursor.execute(_KEEP, values)
    return Once(replayed=False, status=status, body=body)


def forget_answers(*, tenant: UUID, limit: int = 2_000) -> bool:
    """Delete answers older than `KEPT_HOURS`: they may name people. True when there may be more.

    A repeat after that runs again, and meets what for ever tells repeats apart: a sale's number, a voucher's key.
    """
    with tenant_scope(tenant):
        old = RequestRecord.objects.filter(created_at__lt=now() - timedelta(hours=KEPT_HOURS)).order_by("created_at")
        ids = list(old.values_list("id", flat=True)[:limit])
        RequestRecord.objects.filter(id__in=ids).delete()
        return len(ids) == limit


def _claim(tenant: UUID, key: str) -> tuple[Reading[bool], Reading[tuple[bytes, int, str] | None]]:
    """Make the key ours until this transaction ends, and the answer it has: fingerprint, status, body.

    Two statements in one round trip, so that the second sees what the lock's last holder committed.
    """
    number = int.from_bytes(hashlib.sha256(tenant.bytes + key.encode()).digest()[:8], signed=True)
    lock, name = "SELECT pg_try_advisory_xact_lock(%s)", ("once", key)
    return (
        Reading(lock, (number,), lambda rows: bool(rows[0][0]), (*name, "claimed")),
        Reading(_ANSWER, (tenant, key), _first_row, (*name, "answer")),
    )


def _first_row(rows: list[tuple[Any, ...]]) -> tuple[bytes, int, str] | None:
    return (bytes(rows[0][0]), rows[0][1], rows[0][2]) if rows else None
