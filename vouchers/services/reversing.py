"""Taking a use back: the use, its price, the budget and the limit are as if it had not been."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.people import Actor
from smartbis.ledger.accounts import Account
from smartbis.ledger.repaying import repay_owed
from smartbis.ledger.services import LockedHolder, Move, lock_holder, post
from smartbis.outbox.services import publish
from smartbis.tenancy.errors import KeyReused
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant
from smartbis.tenancy.services import record_audit
from vouchers import stock
from vouchers.errors import RedemptionAlreadyReversed, RedemptionNotFound
from vouchers.events import VoucherCancelled, VoucherReversed
from vouchers.infos import RedemptionInfo
from vouchers.models import Redemption, Reversal, Voucher
from vouchers.reading import is_store_within_reach, redemption_info
from vouchers.services.amounts import check_key
from vouchers.services.issuing import ask_for_sweep
from vouchers.services.terms import end_of_day
from vouchers.terms_of_use import terms_of


@dataclass(frozen=True, kw_only=True)
class _Taking:
    """One use that is taken back, and why."""

    tenant: UUID
    redemption: Redemption
    reason: str
    key: str
    actor: Actor
    refund: UUID | None
    at: datetime
    is_told: bool = True


def reverse_redemption(*, tenant: UUID, redemption: UUID, reason: str, key: str, actor: Actor) -> RedemptionInfo:
    """Take one use of a voucher back. The same key again gives the first answer.

    The voucher can be used again; if its time is over, for the coupon's days of grace. A cancelled voucher stays
    cancelled, and one whose ground is gone (`revoke_voucher`) is cancelled now, as `voucher_status` says; the price of
    the use goes the way its coupon says.
    Raises RedemptionNotFound (also out of the actor's stores), RedemptionAlreadyReversed, KeyReused, InvalidInput
    without a reason, PermissionMissing.
    Publishes VoucherReversed, VoucherCancelled.
    """
    require(actor, "voucher.reverse")
    check_key(key)
    if not reason.strip():
        raise InvalidInput({"reason": [_("Diga o motivo, em até 300 caracteres.")]})
    with tenant_scope(tenant):
        row = _get_redemption(redemption, actor)
        if (first := _first_answer(row, key)) is not None:
            return first
        taking = _Taking(
            tenant=tenant, redemption=row, reason=reason.strip()[:300], key=key, actor=actor, refund=None, at=now()
        )
        info = _reverse(taking)
        record_audit(
            tenant=tenant,
            actor=actor,
            action="voucher.reverse",
            object_kind="redemption",
            object_id=row.id,
            reason=taking.reason,
        )
        return info


def reverse_for_refund(
    *,
    tenant: UUID,
    store: UUID,
    external_id: str,
    refund: UUID | None,
    closing: bool,
    actor: Actor,
    publish: bool = True,
) -> list[RedemptionInfo]:
    """Take back every use that belongs to a sale, once it is cancelled (no `refund`) or refunded to its end.

    A partial refund (`closing=False`) leaves vouchers used: their discount is apportioned by the refund itself. Called
    with the accounts of the holder and of `payers_for_sale` already locked. A use that somebody else takes back at the
    same moment is left out. Publishes VoucherReversed for each if asked, VoucherCancelled for those whose ground is
    gone.
    """
    if not closing or not external_id:
        return []
    with tenant_scope(tenant):
        rows = _standing(store, external_id).select_related("voucher", "coupon")
        reversed_: list[RedemptionInfo] = []
        for row in rows.order_by("voucher_id", "id"):
            taking = _Taking(
                tenant=tenant,
                redemption=row,
                reason="refund" if refund else "cancellation",
                key=f"refund:{refund}:{row.id}" if refund else f"cancellation:{row.id}",
                actor=actor,
                refund=refund,
                at=now(),
                is_told=publish,
            )
            with suppress(RedemptionAlreadyReversed):
                reversed_.append(_reverse(taking))
        return reversed_


def payers_for_sale(*, tenant: UUID, store: UUID, external_id: str) -> set[UUID]:
    """The customers whose balance paid for the vouchers used on a sale: whose accounts move when it takes them back."""
    if not external_id:
        return set()
    with tenant_scope(tenant, read_only=True):
        paid = _standing(store, external_id).filter(paid_used__gt=0)
        return {customer for customer in paid.values_list("voucher__customer_id", flat=True) if customer}


def _standing(store: UUID, external_id: str) -> QuerySet[Redemption]:
    return Redemption.objects.filter(
        ~Exists(Reversal.objects.filter(redemption_id=OuterRef("id"))), store_id=store, external_id=external_id
    )


def _get_redemption(redemption: UUID, actor: Actor) -> Redemption:
    row = Redemption.objects.select_related("voucher", "coupon").filter(id=redemption).first()
    if row is None or not is_store_within_reach(row.tenant_id, row.store_id, actor):
        raise RedemptionNotFound
    return row


def _first_answer(row: Redemption, key: str) -> RedemptionInfo | None:
    """What this key did before. Raises KeyReused for another redemption, RedemptionAlreadyReversed for another key."""
    by_key = Reversal.objects.filter(key=key).first()
    if by_key is not None:
        if by_key.redemption_id != row.id:
            raise KeyReused
        return redemption_info(row, by_key, repeated=True)
    if Reversal.objects.filter(redemption_id=row.id).exists():
        raise RedemptionAlreadyReversed
    return None


def _reverse(taking: _Taking) -> RedemptionInfo:
    row = taking.redemption
    holder = None
    if row.paid_used and row.voucher.customer_id is not None:
        holder = lock_holder(tenant=taking.tenant, customer=row.voucher.customer_id)
    reversal = _claim(taking)
    if reversal is None:
        first = _first_answer(row, taking.key)
        if first is None:
            raise RedemptionAlreadyReversed
        return first
    voucher = _lock_voucher(row.voucher_id)
    if voucher.status == Voucher.Status.CANCELLED or voucher.revoked_reason:
        goes_to = Account.AVAILABLE if voucher.on_lapse == "return" else Account.FORFEITED
        pieces = _end_revoked(voucher, taking) if voucher.revoked_reason else 0
        freed = row.unreserved_minor - row.released_minor
        stock.give_piece_back(tenant=taking.tenant, coupon=voucher.coupon_id, pieces=pieces, money=freed)
    else:
        goes_to = Account.VOUCHER_OUTSTANDING
        _reinstate(voucher, taking)
    if holder is not None:
        _move_price(taking, holder, goes_to)
    if taking.is_told:
        publish(
            VoucherReversed(
                redemption_id=row.id,
                voucher_id=row.voucher_id,
                customer_id=row.customer_id,
                store_id=row.store_id,
                discount_minor=row.discount_minor,
            )
        )
    row.voucher = voucher
    return redemption_info(row, reversal)


def _claim(taking: _Taking) -> Reversal | None:
    """Write the reversal; None when another one of the same redemption or key was faster."""
    reversal = Reversal(
        tenant_id=taking.tenant,
        redemption=taking.redemption,
        voucher_id=taking.redemption.voucher_id,
        key=taking.key,
        reason=taking.reason,
        refund_id=taking.refund,
        reversed_at=taking.at,
        actor_kind=taking.actor.kind,
        actor_id=taking.actor.id,
        actor_label=taking.actor.label[:80],
    )
    Reversal.objects.bulk_create([reversal], ignore_conflicts=True)
    return reversal if Reversal.objects.filter(id=reversal.id).exists() else None


def _lock_voucher(voucher: UUID) -> Voucher:
    return Voucher.objects.select_for_update(no_key=True, of=("self",)).select_related("coupon").get(id=voucher)


def _reinstate(voucher: Voucher, taking: _Taking) -> None:
    """Give the use back, with its price and its part of the budget; a lapsed voucher gets this one use only."""
    row = taking.redemption
    # A lapsed voucher's other uses were settled when it lapsed: what comes back is this one alone.
    was_lapsed = voucher.status == Voucher.Status.LAPSED
    if voucher.value_left_minor is not None:
        voucher.value_left_minor = row.discount_minor + (0 if was_lapsed else voucher.value_left_minor)
        voucher.uses_left = 1
    else:
        voucher.uses_left = 1 if was_lapsed else voucher.uses_left + 1
    voucher.status = Voucher.Status.ISSUED
    voucher.paid_left += row.paid_used
    voucher.reserved_minor += row.unreserved_minor
    voucher.ended_at, voucher.ended_reason = None, ""
    if voucher.valid_until is not None and voucher.valid_until <= taking.at:
        brand = get_tenant(tenant=taking.tenant)
        voucher.valid_until = end_of_day(taking.at, terms_of(voucher).grace_days, brand)
        voucher.noticed_days = None
        ask_for_sweep(voucher)
    voucher.save()
    # What the use did not come to cost was free for others meanwhile; it is promised again, come what may.
    stock.give_piece_back(tenant=taking.tenant, coupon=voucher.coupon_id, pieces=0, money=-row.released_minor)


def _end_revoked(voucher: Voucher, taking: _Taking) -> int:
    """Cancel a voucher whose ground is gone now that a use of it is back; how many pieces are free again.

    With its last use back nothing of it was had: it counts no longer for its customer either.
    """
    if voucher.status != Voucher.Status.CANCELLED:
        back = taking.redemption.paid_used if voucher.on_lapse == "return" else 0
        publish(
            VoucherCancelled(
                voucher_id=voucher.id,
                customer_id=voucher.customer_id,
                returned_unit=taking.redemption.paid_unit if back else "",
                returned_amount=back,
            )
        )
    if voucher.value_left_minor is not None:
        voucher.value_left_minor += taking.redemption.discount_minor
        voucher.uses_left = 1
    else:
        voucher.uses_left += 1
    voucher.revoked_reserve_minor += taking.redemption.unreserved_minor
    voucher.status = Voucher.Status.CANCELLED
    voucher.ended_at, voucher.ended_reason = taking.at, voucher.revoked_reason
    voucher.save()
    is_whole = voucher.uses_left == voucher.uses_total and voucher.value_left_minor in (None, voucher.value_minor)
    if is_whole and voucher.customer_id is not None:
        stock.give_one_back(tenant=taking.tenant, coupon=voucher.coupon_id, customer=voucher.customer_id)
    return 1 if is_whole else 0


def _move_price(taking: _Taking, holder: LockedHolder, goes_to: Account) -> None:
    row = taking.redemption
    facts: dict[str, Any] = {"coupon": row.coupon.name, "reason": taking.reason}
    kind = {
        Account.VOUCHER_OUTSTANDING: "undo",
        Account.AVAILABLE: "voucher_return",
        Account.FORFEITED: "voucher_forfeit",
    }[goes_to]
    post(
        tenant=taking.tenant,
        holder=holder,
        moves=[
            Move(
                unit=row.paid_unit,
                debit=Account.REDEEMED,
                credit=goes_to,
                amount=row.paid_used,
                kind=kind,
                explanation={"key": "voucher_use_undone", **facts},
                voucher_id=row.voucher_id,
                refund_id=taking.refund,
                store_id=row.store_id,
            )
        ],
    )
    if goes_to is Account.AVAILABLE:
        repay_owed(
            tenant=taking.tenant,
            holder=holder,
            unit=row.paid_unit,
            at_most=row.paid_used,
            voucher=row.voucher_id,
            store=row.store_id,
        )
