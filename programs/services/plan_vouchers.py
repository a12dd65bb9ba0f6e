"""Vouchers that come with a plan: given when it starts or goes on, taken back with its periods."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Q

from programs.models import PlanPeriod, PlanPeriodEnd
from programs.selectors.plans import source_of
from smartbis.customers.selectors import merged_ids
from smartbis.customers.services import hold_customer
from smartbis.kernel.errors import DomainError
from smartbis.kernel.people import SYSTEM
from smartbis.ledger.services import lock_holder
from smartbis.tenancy.scope import tenant_scope
from vouchers.selectors import vouchers_given
from vouchers.selectors.coupons import coupons_given_with
from vouchers.services import issue_voucher, reinstate_voucher, revoke_voucher

TAKEN_BACK = "plan_taken_back"
log = structlog.get_logger(__name__)


def give_plan_vouchers(*, tenant: UUID, customer: UUID, plan: str, source: str) -> None:
    """Give a member a voucher of every coupon that comes with the plan, once for each source of periods.

    Nothing is given for periods that were taken back meanwhile: the holder's lock keeps the two apart. What a coupon
    refuses (its stock, its limits, whom it is for) it refuses here too, and nobody is kept waiting.
    """
    with tenant_scope(tenant):
        holder = lock_holder(tenant=tenant, customer=hold_customer(tenant=tenant, customer=customer))
        if not any(group & _standing(group) for group in _bought_together({source})):
            return
        for coupon in coupons_given_with(tenant=tenant, plan=plan):
            try:
                with transaction.atomic():
                    issue_voucher(
                        tenant=tenant,
                        customer=holder.customer_id,
                        coupon=coupon,
                        origin="plan",
                        key=f"plan:{source}:{coupon}",
                        actor=SYSTEM,
                    )
            except DomainError as error:
                log.info("plan.voucher_refused", coupon=str(coupon), code=error.code)


def take_plan_vouchers_back(*, tenant: UUID, customer: UUID, sources: Iterable[str]) -> None:
    """Cancel the vouchers that came with periods of which none stands any more, nor of those bought in one sale.

    What was used stays used (and is cancelled if its use comes back), what is left of a voucher used in part goes, and
    one that a checkout holds is its customer's. Runs in the tenant's scope, the holder locked.
    Publishes VoucherCancelled.
    """
    gone = {each for group in _bought_together(set(sources)) if not _standing(group) for each in group}
    for given in vouchers_given(tenant=tenant, customers=_people(tenant, customer), origin="plan"):
        if source_of(given.key) in gone:
            revoke_voucher(tenant=tenant, voucher=given.id, reason=TAKEN_BACK)


def reinstate_plan_vouchers(*, tenant: UUID, customer: UUID, source: str, since: datetime) -> None:
    """Vouchers that were taken back with a source's periods or sale, at `since` or later, are what they were.

    Runs in the tenant's scope, the holder locked.
    """
    back = {each for group in _bought_together({source}) for each in group}
    for given in vouchers_given(tenant=tenant, customers=_people(tenant, customer), origin="plan"):
        if source_of(given.key) in back:
            reinstate_voucher(tenant=tenant, voucher=given.id, reason=TAKEN_BACK, since=since)


def _bought_together(sources: Collection[str]) -> list[set[str]]:
    """These sources, each with the other lines of the same plan in its sale: a sale's vouchers come once for all."""
    asked = PlanPeriod.objects.filter(source__in=list(sources))
    sales = asked.filter(purchase__isnull=False).values("purchase_id")
    rows = PlanPeriod.objects.filter(Q(source__in=list(sources)) | Q(purchase_id__in=sales))
    groups: defaultdict[tuple[UUID, UUID | str], set[str]] = defaultdict(set)
    for plan, sale, source in rows.values_list("plan_id", "purchase_id", "source").distinct():
        groups[plan, sale or source].add(source)
    return [group for group in groups.values() if group & set(sources)]


def _standing(sources: Collection[str]) -> set[str]:
    """Those of the sources of which at least one period stands."""
    rows = PlanPeriod.objects.filter(source__in=list(sources))
    ended = PlanPeriodEnd.objects.filter(period__source__in=list(sources)).values("period_id")
    return set(rows.exclude(id__in=ended).values_list("source", flat=True))


def _people(tenant: UUID, customer: UUID) -> set[UUID]:
    return {customer, *merged_ids(tenant=tenant, customer=customer)}
