"""Gifts that were promised are handed out, and taken back where the sale is no more.

What cannot be handed out (the coupon is over, its stock is gone) is refused with its reason, and the sale stands. What
was refused, or taken back, counts no longer against the rule's limits.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from programs.models import RuleGift
from programs.selectors.catalogue import version_rules
from programs.services.plan_vouchers import cancel_if_unused
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
from vouchers.infos import SaleRef
from vouchers.selectors import vouchers_by_keys
from vouchers.services import issue_voucher

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
                _free_limits(tenant, [row])


def _give(tenant: UUID, row: RuleGift) -> None:
    if row.kind == RuleGift.Kind.PLAN:
        customer, plan = row.customer_id, row.reference
        start_period(tenant=tenant, customer=customer, plan_key=plan, periods=row.quantity, source=_source(row))
        return
    sale = get_purchase(tenant=tenant, purchase=row.purchase_id) if row.purchase_id else None
    for piece in range(row.quantity):
        issue_voucher(
            tenant=tenant,
            customer=row.customer_id,
            coupon=UUID(row.reference),
            origin="rule",
            key=f"{_source(row)}:{piece}",
            actor=SYSTEM,
            for_sale=SaleRef(sale.store_id, sale.external_id) if sale else None,
        )


def take_gifts_back(*, tenant: UUID, purchases: Iterable[UUID] = (), participations: Iterable[UUID] = ()) -> None:
    """Take back what rules gave for sales, or taking part, that are no more. A voucher that was used stays used,
    and counts against its rule's limits as before.

    Runs in the scope of the refund or cancellation, which holds the customers' accounts.
    """
    rows = list(
        RuleGift.objects.select_for_update(no_key=True)
        .filter(Q(purchase_id__in=list(purchases)) | Q(participation_id__in=list(participations)))
        .filter(status__in=[RuleGift.Status.WAITING, RuleGift.Status.GIVEN])
        .order_by("id")
    )
    taken = [row for row in rows if row.status == RuleGift.Status.WAITING or _reclaim(tenant, row)]
    for row in taken:
        _settle(row, RuleGift.Status.TAKEN_BACK)
    _free_limits(tenant, taken)


def _reclaim(tenant: UUID, row: RuleGift) -> bool:
    """Take back what was handed out; False when some of it is used, or over, and so has been had."""
    if row.kind == RuleGift.Kind.PLAN:
        withdraw_plan(
            tenant=tenant, customer=row.customer_id, source=_source(row), reason="sale_refunded", actor=SYSTEM
        )
        return True
    vouchers = vouchers_by_keys(tenant=tenant, keys=[f"{_source(row)}:{piece}" for piece in range(row.quantity)])
    # Used, lapsed, or in a checkout's hands: a refund waits for none of it.
    cancelled = [cancel_if_unused(tenant=tenant, voucher=each.id, reason="sale_refunded") for each in vouchers]
    return all(cancelled)


def _source(row: RuleGift) -> str:
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


def _free_limits(tenant: UUID, rows: Iterable[RuleGift]) -> None:
    """What the rules' limits had counted for these gifts is free again; the customers' accounts are locked."""
    freed = []
    for row in rows:
        rule = version_rules(row.rule_version).rule(row.rule_key) if row.counted_on else None
        if rule and row.counted_on:
            key = Key(row.program_id, row.rule_key)
            freed.append((Take(key, rule, None, row.customer_id, row.counted_on, row.quantity), 0))
    recount(tenant, freed)


def _settle(row: RuleGift, status: str, refusal: str = "") -> None:
    RuleGift.objects.filter(id=row.id).update(status=status, refusal=refusal, settled_at=now())
