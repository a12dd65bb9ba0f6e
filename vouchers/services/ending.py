"""The end of a voucher that was not used up: cancelled by the brand, or lapsed."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.people import SYSTEM, Actor
from smartbis.ledger.accounts import Account
from smartbis.ledger.repaying import repay_owed
from smartbis.ledger.services import LockedHolder, Move, lock_holder, post
from smartbis.outbox.services import publish
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant
from smartbis.tenancy.services import record_audit
from vouchers import stock
from vouchers.errors import VoucherCancelled as VoucherAlreadyCancelled
from vouchers.errors import VoucherHeld, VoucherNotFound, VoucherRefused
from vouchers.events import VoucherCancelled, VoucherLapsed
from vouchers.infos import VoucherInfo
from vouchers.models import Voucher
from vouchers.models.coupon import Kind, OnLapse
from vouchers.reading import is_within_reach, voucher_info
from vouchers.reasons import reasons_of, refusal_of

_ROUNDS = 4
_OVER = (Voucher.Status.REDEEMED, Voucher.Status.LAPSED)


@dataclass(frozen=True)
class _Settled:
    """What became of the price: `amount` of `unit` went back to the balance; all zero when nothing did.

    `reserved_minor` is what of the budget was kept for it, and is free.
    """

    unit: str = ""
    amount: int = 0
    reserved_minor: int = 0


def cancel_voucher(*, tenant: UUID, voucher: UUID, reason: str, actor: Actor) -> VoucherInfo:
    """Take a voucher back that is not used up. What is left of its price returns or is forfeited as it says.

    Raises VoucherNotFound, VoucherAlreadyRedeemed, VoucherExpired, VoucherCancelled, VoucherHeld, InvalidInput without
    a reason, PermissionMissing.
    Publishes VoucherCancelled.
    """
    require(actor, "voucher.cancel")
    return _cancel(tenant, voucher, reason, actor)


def cancel_entry(*, tenant: UUID, voucher: UUID, returns: bool, reason: str, actor: Actor) -> VoucherInfo:
    """Take an entry back that was not used; the event that calls says whether its price `returns` or is lost.

    Raises VoucherNotFound, VoucherAlreadyRedeemed, VoucherExpired, VoucherCancelled, InvalidInput without a reason.
    Publishes VoucherCancelled.
    """
    return _cancel(tenant, voucher, reason, actor, on_lapse=OnLapse.RETURN if returns else OnLapse.FORFEIT)


def call_entry_off(*, tenant: UUID, voucher: UUID, reason: str, actor: Actor) -> VoucherInfo:
    """Take back an entry that was not used to an event that does not take place; its price returns, once.

    Also after its time, when it lapsed and its price was lost. Raises VoucherNotFound, VoucherAlreadyRedeemed,
    VoucherCancelled, InvalidInput without a reason. Publishes VoucherCancelled.
    """
    return _cancel(tenant, voucher, reason, actor, on_lapse=OnLapse.RETURN, is_late=True)


def _cancel(
    tenant: UUID,
    voucher: UUID,
    reason: str,
    actor: Actor,
    *,
    on_lapse: OnLapse | None = None,
    keeps_reserve: bool = False,
    is_late: bool = False,
) -> VoucherInfo:
    """`on_lapse` replaces what the voucher says of its price, for entries; `keeps_reserve` notes what is freed.

    `is_late` cancels it also when its time is over.
    """
    if not reason.strip():
        raise InvalidInput({"reason": [_("Diga o motivo, em até 300 caracteres.")]})
    with tenant_scope(tenant):
        row = Voucher.objects.select_related("coupon").filter(id=voucher).first()
        if row is None or not is_within_reach(row.coupon, actor) or (on_lapse and row.kind != Kind.ENTRY):
            raise VoucherNotFound
        holder = _lock_payer(tenant, row)
        lies_in = _reopen_lapsed(row) if is_late else Account.VOUCHER_OUTSTANDING
        if on_lapse:
            Voucher.objects.filter(id=row.id, status=Voucher.Status.ISSUED).update(on_lapse=on_lapse)
        is_open = Q() if is_late else Q(valid_until__isnull=True) | Q(valid_until__gt=now())
        row = _end(row.id, Voucher.Status.CANCELLED, reason.strip()[:300], is_open)
        settled = _settle(row, holder, "voucher_cancelled", lies_in)
        if keeps_reserve and settled.reserved_minor:
            Voucher.objects.filter(id=row.id).update(revoked_reserve_minor=settled.reserved_minor)
        record_audit(
            tenant=tenant,
            actor=actor,
            action="voucher.cancel",
            object_kind="voucher",
            object_id=row.id,
            reason=row.ended_reason,
        )
        publish(
            VoucherCancelled(
                voucher_id=row.id,
                customer_id=row.customer_id,
                returned_unit=settled.unit,
                returned_amount=settled.amount,
            )
        )
        return voucher_info(row)


def _reopen_lapsed(row: Voucher) -> Account:
    """Open a voucher again if it lapsed, its price in it and its piece taken; where that price lies until it is moved.

    The payer is locked. What came back with the lapse comes back no more.
    """
    lapsed = Voucher.objects.filter(id=row.id, status=Voucher.Status.LAPSED)
    price = lapsed.filter(on_lapse=OnLapse.FORFEIT).values_list("paid_amount", flat=True).first() or 0
    if not lapsed.update(status=Voucher.Status.ISSUED, paid_left=price):
        return Account.VOUCHER_OUTSTANDING
    stock.give_piece_back(tenant=row.tenant_id, coupon=row.coupon_id, pieces=-1, money=0)
    return Account.FORFEITED


def revoke_voucher(*, tenant: UUID, voucher: UUID, reason: str) -> bool:
    """Take a voucher back whose ground is gone (a plan, a sale); whether nothing of it was had.

    One that is used up or lapsed stays so, and comes back cancelled if its use is taken back later. One that a
    checkout holds is its customer's. Raises VoucherNotFound. Publishes VoucherCancelled.
    """
    for _round in range(_ROUNDS):
        try:
            _cancel(tenant, voucher, reason, SYSTEM, keeps_reserve=True)
        except VoucherAlreadyCancelled:
            return True
        except VoucherHeld:
            return False
        except VoucherRefused:
            with tenant_scope(tenant):
                is_over = Q(status=Voucher.Status.ISSUED, valid_until__lte=now())
                rows = Voucher.objects.filter(Q(status__in=_OVER) | is_over, id=voucher)
                if rows.update(revoked_reason=reason[:300]):
                    return False
            # Its use was taken back between the two statements: now it can be cancelled.
        else:
            return True
    raise RuntimeError(f"voucher {voucher} is neither open nor over")


def end_vouchers_of_erased(*, tenant: UUID, customer: UUID) -> int:
    """End the personal vouchers of somebody who was erased, since nobody can show them any more; returns how many.

    What is left of a price is forfeited: there is nobody it could return to. Vouchers that whoever brings them may use
    stay open. Raises VoucherHeld while a checkout holds one. Publishes VoucherCancelled.
    """
    with tenant_scope(tenant):
        holder = lock_holder(tenant=tenant, customer=customer)
        mine = Voucher.objects.filter(customer_id=customer, is_personal=True, status=Voucher.Status.ISSUED)
        ended = list(mine.order_by("id").values_list("id", flat=True))
        for voucher in ended:
            Voucher.objects.filter(id=voucher, status=Voucher.Status.ISSUED).update(on_lapse=OnLapse.FORFEIT)
            row = _end(voucher, Voucher.Status.CANCELLED, "customer_erased", Q())
            _settle(row, holder, "customer_erased")
            publish(VoucherCancelled(voucher_id=row.id, customer_id=customer, returned_unit="", returned_amount=0))
        return len(ended)


def lapse_voucher(*, tenant: UUID, voucher: UUID) -> bool:
    """Settle a voucher whose time is over; False when there is nothing to settle (used, ended, or not over yet).

    Publishes VoucherLapsed.
    """
    with tenant_scope(tenant):
        row = Voucher.objects.filter(id=voucher).first()
        if row is None:
            return False
        holder = _lock_payer(tenant, row)
        try:
            row = _end(row.id, Voucher.Status.LAPSED, "", Q(valid_until__lte=now()))
        except VoucherRefused:
            return False  # a till or another sweep was faster, and nothing was changed here
        settled = _settle(row, holder, "voucher_lapsed")
        publish(
            VoucherLapsed(
                voucher_id=row.id,
                customer_id=row.customer_id,
                returned_unit=settled.unit,
                returned_amount=settled.amount,
            )
        )
        return True


def vouchers_to_lapse(*, tenant: UUID, limit: int) -> list[UUID]:
    """Open vouchers whose time is over and that no checkout holds, the longest over first."""
    with tenant_scope(tenant, read_only=True):
        instant = now()
        rows = Voucher.objects.filter(_not_held(), status=Voucher.Status.ISSUED, valid_until__lte=instant)
        return list(rows.order_by("valid_until", "id").values_list("id", flat=True)[:limit])


def _not_held() -> Q:
    return Q(hold_id__isnull=True) | Q(held_until__lte=now())


def _lock_payer(tenant: UUID, row: Voucher) -> LockedHolder | None:
    """The price never grows, so that a voucher read without one needs no lock later."""
    if not row.paid_amount or row.customer_id is None:
        return None
    return lock_holder(tenant=tenant, customer=row.customer_id)


def _end(voucher: UUID, status: str, reason: str, when: Q) -> Voucher:
    """End an open voucher by one conditional update. Raises the VoucherRefused that says why it could not."""
    open_now = Voucher.objects.filter(_not_held(), when, id=voucher, status=Voucher.Status.ISSUED)
    ended = open_now.update(status=status, ended_at=now(), ended_reason=reason, hold_id=None, held_until=None)
    row = Voucher.objects.select_related("coupon").get(id=voucher)
    if not ended:
        raise refusal_of(reasons_of([_why_not(row)], row, get_tenant(tenant=row.tenant_id), SYSTEM)[0])
    return row


def _why_not(row: Voucher) -> tuple[str, dict[str, str | None]]:
    until = row.valid_until.isoformat() if row.valid_until else None
    if row.status == Voucher.Status.CANCELLED:
        return "voucher_cancelled", {}
    if row.status == Voucher.Status.REDEEMED:
        return "voucher_already_redeemed", {}
    if row.hold_id is not None and row.held_until is not None and row.held_until > now():
        return "voucher_held", {"until": row.held_until.isoformat()}
    return "voucher_expired", {"until": until}


def _settle(
    row: Voucher, holder: LockedHolder | None, why: str, lies_in: Account = Account.VOUCHER_OUTSTANDING
) -> _Settled:
    """Free price, budget, stock and limit of an ended voucher, whose row this transaction holds."""
    is_untouched = row.uses_left == row.uses_total and row.value_left_minor in (None, row.value_minor)
    returns = row.on_lapse == "return"
    price, reserved = row.paid_left, row.reserved_minor
    Voucher.objects.filter(id=row.id).update(paid_left=0, reserved_minor=0)
    row.paid_left = row.reserved_minor = 0
    settled = _Settled(reserved_minor=reserved)
    if price and holder is not None:
        _move_price(row, holder, price, why, lies_in)
        settled = _Settled(row.paid_unit, price, reserved) if returns else settled
    counts = row.origin != Voucher.Origin.IMPORT and is_untouched
    stock.give_piece_back(tenant=row.tenant_id, coupon=row.coupon_id, pieces=1 if counts else 0, money=reserved)
    # A gift that was let lapse has been had; what was paid back, or taken away, has not.
    is_given_back = row.status == Voucher.Status.CANCELLED or (price > 0 and returns)
    if counts and is_given_back and row.customer_id is not None:
        stock.give_one_back(tenant=row.tenant_id, coupon=row.coupon_id, customer=row.customer_id)
    return settled


def _move_price(row: Voucher, holder: LockedHolder, price: int, why: str, lies_in: Account) -> None:
    returns = row.on_lapse == "return"
    post(
        tenant=row.tenant_id,
        holder=holder,
        moves=[
            Move(
                unit=row.paid_unit,
                debit=lies_in,
                credit=Account.AVAILABLE if returns else Account.FORFEITED,
                amount=price,
                kind="voucher_return" if returns else "voucher_forfeit",
                explanation={"key": why, "coupon": row.coupon.name, "reason": row.ended_reason},
                voucher_id=row.id,
                store_id=row.store_id,
            )
        ],
    )
    if returns:
        repay_owed(
            tenant=row.tenant_id, holder=holder, unit=row.paid_unit, at_most=price, voucher=row.id, store=row.store_id
        )
