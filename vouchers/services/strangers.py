"""Strangers who ask about a code, and codes that are guessed.

Whoever is not known gets one answer for everything but a bearer's voucher that is good now, so that nothing can be
learnt by trying; wrong codes are counted in PostgreSQL in transactions of their own, slow the asker down, and lock them
out. Called outside any scope.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from smartbis.kernel.clock import now
from smartbis.kernel.codes import parse_qr
from smartbis.kernel.errors import TooManyAttempts
from smartbis.kernel.people import SYSTEM, Actor
from smartbis.outbox.services import publish
from smartbis.tenancy.counters import attempts, hit
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.sealing import blind_index
from smartbis.tenancy.services import record_audit
from vouchers.errors import VoucherNotFound
from vouchers.events import CodesGuessed
from vouchers.infos import VoucherInfo
from vouchers.models import Voucher
from vouchers.models.coupon import Kind
from vouchers.reading import get_voucher_row, voucher_info

HOUR, DAY = 3600, 86_400
# Of one address: from so many wrong codes in an hour on one try each ten seconds; after so many none in this hour.
SLOW_AFTER, SLOW_SECONDS, LOCK_AFTER = 3, 10, 10
# Of all strangers together: so many in an hour and nobody is answered any more.
BRAND_LOCK_AFTER = 300
# So many wrong codes in an hour by one asker who is known, or by all strangers together, and the brand is told.
ALERT_AFTER = 30


@dataclass(frozen=True)
class StrangerAnswer:
    """What a stranger learns: the voucher of a code that is good now, or nothing else at all."""

    voucher: VoucherInfo | None


def ask_about(*, tenant: UUID, code: str, address: str) -> StrangerAnswer:
    """Say whether a code is a bearer's voucher that is good now. Every other code gets the same answer, and counts.

    Raises TooManyAttempts with `retry_after` in seconds for who tried too many wrong ones. Publishes CodesGuessed.
    """
    whose = _blind(tenant, address)
    _let_in(tenant, whose)
    with tenant_scope(tenant, read_only=True):
        found = _good_now(code)
    if found is None:
        hit(tenant=tenant, name=f"voucher.miss.address:{whose}", limit=LOCK_AFTER, window_seconds=HOUR)
        count_miss(tenant=tenant, whose="stranger", actor=None)
    return StrangerAnswer(found)


def count_miss(*, tenant: UUID, whose: str, actor: Actor | None) -> None:
    """Count a code that does not exist; tell the brand once an hour when somebody tries a great many.

    `whose` is `stranger` or what tells one asker from another. Publishes CodesGuessed.
    """
    hit(tenant=tenant, name="voucher.miss.day", limit=0, window_seconds=DAY)
    misses = hit(tenant=tenant, name=f"voucher.miss.hour:{whose}", limit=0, window_seconds=HOUR).count
    if misses != ALERT_AFTER:
        return
    asker = actor or SYSTEM
    with tenant_scope(tenant):
        record_audit(
            tenant=tenant,
            actor=asker,
            action="voucher.guessed",
            object_kind="voucher",
            object_id=None,
            reason="" if actor else "strangers",
            after={"misses": misses},
        )
        publish(CodesGuessed(asker=actor.kind if actor else "stranger", label=asker.label[:80], misses=misses))


def misses_today(*, tenant: UUID) -> int:
    """How many codes that do not exist were tried in the present day (UTC), by everybody together."""
    return attempts(tenant=tenant, name="voucher.miss.day", window_seconds=DAY)


def _let_in(tenant: UUID, whose: str) -> None:
    """Raises TooManyAttempts."""
    everybody = attempts(tenant=tenant, name="voucher.miss.hour:stranger", window_seconds=HOUR)
    misses = attempts(tenant=tenant, name=f"voucher.miss.address:{whose}", window_seconds=HOUR)
    if misses >= LOCK_AFTER or everybody >= BRAND_LOCK_AFTER:
        raise TooManyAttempts(retry_after=HOUR - int(now().timestamp()) % HOUR, limit="voucher.miss")
    if misses >= SLOW_AFTER:
        turn = hit(tenant=tenant, name=f"voucher.turn:{whose}", limit=1, window_seconds=SLOW_SECONDS)
        if not turn.allowed:
            raise TooManyAttempts(retry_after=turn.retry_after, limit="voucher.turn")


def _good_now(code: str) -> VoucherInfo | None:
    token = parse_qr(code)
    try:
        row = Voucher.objects.select_related("coupon").get(qr_token=token) if token else get_voucher_row(code)
    except (VoucherNotFound, Voucher.DoesNotExist):
        return None
    instant: datetime = now()
    is_over = row.valid_until is not None and row.valid_until <= instant
    is_good = row.status == Voucher.Status.ISSUED and row.valid_from <= instant and not is_over
    return voucher_info(row) if is_good and not row.is_personal and row.kind != Kind.ENTRY else None


def _blind(tenant: UUID, address: str) -> str:
    """Addresses are personal data: counters know keyed hashes of them."""
    with tenant_scope(tenant, read_only=True):
        return blind_index(tenant=tenant, kind="voucher.asker", value=address).hex()[:40]
