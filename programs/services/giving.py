"""Gifts that were promised are handed out, and taken back where the sale is no more.

What cannot be handed out (the coupon is over, its stock is gone) is refused with its reason, and the sale stands.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from programs.models import RuleGift
from programs.services.plans import start_period, withdraw_plan
from smartbis.kernel.clock import now
from smartbis.kernel.errors import DomainError
from smartbis.kernel.people import SYSTEM
from smartbis.purchases.selectors import get_purchase
from smartbis.tenancy.scope import tenant_scope
from vouchers.infos import SaleRef
from vouchers.selectors import vouchers_by_keys
from vouchers.services import cancel_voucher, issue_voucher


def waiting_gifts(*, tenant: UUID, limit: int) -> list[UUID]:
    """Gifts still to be handed out, the oldest first."""
    with tenant_scope(tenant, read_only=True):
        rows = RuleGift.objects.filter(status=RuleGift.Status.WAITING).order_by("created_at", "id")
        return list(rows.values_list("id", flat=True)[:limit])


def hand_out(*, tenant: UUID, gift: UUID) -> None:
    """Hand a gift out, or write down why it cannot be; whoever comes second does nothing."""
    try:
        with tenant_scope(tenant):
            row = _locked(gift)
            if row is not None:
                _give(tenant, row)
                _settle(row, RuleGift.Status.GIVEN)
    except DomainError as refusal:
        with tenant_scope(tenant):
            row = _locked(gift)
            if row is not None:
                _settle(row, RuleGift.Status.REFUSED, refusal.code)


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
    """Take back what rules gave for sales, or taking part, that are no more. A voucher that was used stays used.

    Runs in the scope of the refund or cancellation, which holds the customers' accounts.
    """
    rows = (
        RuleGift.objects.select_for_update(no_key=True)
        .filter(Q(purchase_id__in=list(purchases)) | Q(participation_id__in=list(participations)))
        .filter(status__in=[RuleGift.Status.WAITING, RuleGift.Status.GIVEN])
        .order_by("id")
    )
    for row in rows:
        if row.status == RuleGift.Status.GIVEN:
            _reclaim(tenant, row)
        _settle(row, RuleGift.Status.TAKEN_BACK)


def _reclaim(tenant: UUID, row: RuleGift) -> None:
    if row.kind == RuleGift.Kind.PLAN:
        withdraw_plan(
            tenant=tenant, customer=row.customer_id, source=_source(row), reason="sale_refunded", actor=SYSTEM
        )
        return
    for voucher in vouchers_by_keys(tenant=tenant, keys=[f"{_source(row)}:{piece}" for piece in range(row.quantity)]):
        if voucher.status == "issued":
            cancel_voucher(tenant=tenant, voucher=voucher.id, reason="sale_refunded", actor=SYSTEM)


def _source(row: RuleGift) -> str:
    return f"gift:{row.id}"


def _locked(gift: UUID) -> RuleGift | None:
    rows = RuleGift.objects.select_for_update(no_key=True, skip_locked=True)
    return rows.filter(id=gift, status=RuleGift.Status.WAITING).first()


def _settle(row: RuleGift, status: str, refusal: str = "") -> None:
    RuleGift.objects.filter(id=row.id).update(status=status, refusal=refusal, settled_at=now())
