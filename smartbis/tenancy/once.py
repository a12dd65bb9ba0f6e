"""Outside writes by key: one effect and one answer, however often they are sent."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from smartbis.kernel.clock import now
from smartbis.tenancy.errors import KeyMissing, KeyReused, RequestInProgress
from smartbis.tenancy.models import RequestRecord
from smartbis.tenancy.scope import tenant_scope

MAX_KEY = 255
KEPT_HOURS = 72


@dataclass(frozen=True)
class Once:
    """An answer, and whether it is the first one given again."""

    replayed: bool
    status: int
    body: Any


def fingerprint_of(operation: str, body: Any) -> bytes:
    """32 bytes that tell one input from another: the operation and its canonical JSON."""
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(f"{operation}\n{canonical}".encode()).digest()


def run_once(
    *, tenant: UUID, key: str, operation: str, fingerprint: bytes, work: Callable[[], tuple[int, Any]]
) -> Once:
    """Run `work` in the tenant's scope unless its key has an answer already; remember a 2xx answer with its effects.

    `work` returns an HTTP status and a body fit for JSON. A refusal rolls everything back and is judged anew next time.
    Raises KeyMissing, KeyReused, RequestInProgress, and whatever `work` raises.
    """
    if not key or len(key) > MAX_KEY:
        raise KeyMissing
    with tenant_scope(tenant):
        _claim(tenant, key)
        record = RequestRecord.objects.filter(key=key).first()
        if record is not None:
            if bytes(record.fingerprint) != fingerprint:
                raise KeyReused
            return Once(replayed=True, status=record.status, body=record.body)
        status, body = work()
        if 200 <= status < 300:
            RequestRecord.objects.create(
                tenant_id=tenant,
                operation=operation,
                key=key,
                fingerprint=fingerprint,
                status=status,
                body=body,
                created_at=now(),
            )
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


def _claim(tenant: UUID, key: str) -> None:
    number = int.from_bytes(hashlib.sha256(tenant.bytes + key.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        row = cursor.fetchone()
    if not row or not row[0]:
        raise RequestInProgress
