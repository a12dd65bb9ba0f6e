"""Gifts that were promised are handed out, and taken back where the sale is no more.

What cannot be handed out (the coupon is over, its stock is gone) is refused with its reason, and the sale stands. What
was refused, or taken back, counts no longer against the rule's limits.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Q

from programs.models import RuleGift
from programs.services.counting import counted_on
from programs.services.plans import start_period, withdraw_plan
from programs.services.usage import Key, Take, recount
from smartbis.customers.services import hold_customer
from smartbis.kernel.clock import now
from smartbis.kernel.errors import DomainError
from smartbis.kernel.people import SYSTEM
from smartbis.ledger.services import lock_holder
from smartbis.outbox.work import request_work
from smartbis.purchases.selectors import get_purchase
from smartbis.tenancy.scope import tenant_scope
from vouchers.infos import SaleRef, VoucherInfo
from vouchers.selectors import revoked_key, vouchers_by_keys
from vouchers.services import issue_voucher, revoke_voucher

REFUNDED = "sale_refunded"
_STANDS = Q(status=RuleGift.Status.WAITING) & (Q(purchase__isnull=True) | Q(purchase__status="confirmed"))


def waiting_gifts(*, tenant: UUID, limit: int) -> list[UUID]:
    """Gifts to be handed out by now, the first due first; those of unpaid sales, and those on hold, wait on."""
    with tenant_scope(tenant, read_only=True):
        rows = RuleGift.objects.filter(_STANDS, due_at__lte=now()).order_by("due_at", "id")
        return list(rows.values_list("id", flat=True)[:limit])


def wake_for_next_gift() -> None:
    """Ask to be woken when the next gift of the tenant in scope has been held long enough."""
    ahead = RuleGift.objects.filter(_STANDS, due_at__gt=now()).order_by("due_at")
    if next_at := ahead.values_list("due_at", flat=True).first():
        request_work(queue="relay", due_at=next_at)


def hand_out(*, tenant: UUID, gift: UUID) -> None:
    """Hand a gift out, or write down why it cannot be; whoever comes second does nothing."""
    try:
        with tenant_scope(tenant):
            row = _locked(tenant, gift)
            if row is not None:
                _give(tenant, row)
                _settle(row, RuleGift.Status.GIVEN)
    except DomainError as refusal:
        with tenant_scope(tenant):
            row = _locked(tenant, gift)
            if row is not None:
                _settle(row, RuleGift.Status.REFUSED, refusal.code)
                count_gifts(tenant, [row], stand=False)


def _give(tenant: UUID, row: RuleGift) -> None:
    if row.kind == RuleGift.Kind.PLAN:
        customer, plan = row.customer_id, row.reference
        start_period(tenant=tenant, customer=customer, plan_key=plan, periods=row.quantity, source=source_of_gift(row))
        return
    sale = get_purchase(tenant=tenant, purchase=row.purchase_id) if row.purchase_id else None
    for piece in range(row.quantity):
        issue_voucher(
            tenant=tenant,
            customer=row.customer_id,
            coupon=UUID(row.reference),
            origin="rule",
            key=f"{source_of_gift(row)}:{piece}",
            actor=SYSTEM,
            for_sale=SaleRef(sale.store_id, sale.external_id) if sale else None,
        )


def take_gifts_back(
    *, tenant: UUID, purchases: Mapping[UUID, UUID | None] | None = None, participations: Iterable[UUID] = ()
) -> None:
    """Take back what rules gave for sales, or taking part, that are no more. A voucher that was used stays used,
    and counts against its rule's limits as before; if its use comes back later, it comes back cancelled.

    `purchases` name the refund that closed each, if one did. Runs in the scope of the refund or cancellation, which
    holds the customers' accounts.
    """
    refunds = purchases or {}
    rows = list(
        RuleGift.objects.select_for_update(no_key=True)
        .filter(Q(purchase_id__in=list(refunds)) | Q(participation_id__in=list(participations)))
        .filter(status__in=[RuleGift.Status.WAITING, RuleGift.Status.GIVEN])
        .order_by("id")
    )
    taken = [row for row in rows if row.status == RuleGift.Status.WAITING or _reclaim(tenant, row)]
    for row in rows:
        if row.purchase_id and refunds.get(row.purchase_id):
            RuleGift.objects.filter(id=row.id).update(taken_by=refunds[row.purchase_id])
    for row in taken:
        _settle(row, RuleGift.Status.TAKEN_BACK)
    count_gifts(tenant, taken, stand=False)


def settle_gift_of(*, tenant: UUID, voucher: UUID) -> None:
    """A used voucher whose sale was gone came back, and is cancelled: the last of its gift frees the rule's limits."""
    with tenant_scope(tenant):
        kind, _, rest = revoked_key(tenant=tenant, voucher=voucher).partition(":")
        row = RuleGift.objects.filter(id=UUID(rest.partition(":")[0])).first() if kind == "gift" else None
        if row is None:
            return
        lock_holder(tenant=tenant, customer=hold_customer(tenant=tenant, customer=row.customer_id))
        given = RuleGift.objects.select_for_update(no_key=True).filter(id=row.id, status=RuleGift.Status.GIVEN)
        if given.first() and all(each.status == "cancelled" for each in vouchers_of_gift(tenant, row)):
            _settle(row, RuleGift.Status.TAKEN_BACK)
            count_gifts(tenant, [row], stand=False)


def _reclaim(tenant: UUID, row: RuleGift) -> bool:
    """Take back what was handed out; False when some of it is used, or over, and so has been had."""
    if row.kind == RuleGift.Kind.PLAN:
        withdraw_plan(
            tenant=tenant, customer=row.customer_id, source=source_of_gift(row), reason=REFUNDED, actor=SYSTEM
        )
        return True
    # Used, lapsed, or in a checkout's hands: a refund waits for none of it.
    cancelled = [
        revoke_voucher(tenant=tenant, voucher=each.id, reason=REFUNDED) for each in vouchers_of_gift(tenant, row)
    ]
    return all(cancelled)


def vouchers_of_gift(tenant: UUID, row: RuleGift) -> list[VoucherInfo]:
    """The vouchers that were handed out for a gift, as they are now."""
    return vouchers_by_keys(tenant=tenant, keys=[f"{source_of_gift(row)}:{piece}" for piece in range(row.quantity)])


def source_of_gift(row: RuleGift) -> str:
    """What a gift's vouchers and periods are known by."""
    return f"gift:{row.id}"


def _locked(tenant: UUID, gift: UUID) -> RuleGift | None:
    """The gift if it is still to be handed out, its row locked after its customer's accounts.

    A refund has them too, and waits for the gift while it holds them.
    """
    row = RuleGift.objects.filter(id=gift).first()
    if row is None:
        return None
    lock_holder(tenant=tenant, customer=hold_customer(tenant=tenant, customer=row.customer_id))
    return (
        RuleGift.objects.select_for_update(no_key=True, of=("self",))
        .filter(_STANDS, id=gift, due_at__lte=now())
        .first()
    )


def count_gifts(tenant: UUID, rows: Iterable[RuleGift], *, stand: bool) -> None:
    """Make the rules' limits count gifts that stand (again), or free what they had counted for gifts that do not.

    The customers' accounts are locked.
    """
    counted = []
    for row, by, day in counted_on(tenant, [(row, row.counted_on) for row in rows]):
        key = Key(row.program_id, row.rule_key)
        before, after = (0, row.quantity) if stand else (row.quantity, 0)
        counted.append((Take(key, by.rule, None, row.customer_id, day, before), after))
    recount(tenant, counted)


def _settle(row: RuleGift, status: str, refusal: str = "") -> None:
    RuleGift.objects.filter(id=row.id).update(status=status, refusal=refusal, settled_at=now())
