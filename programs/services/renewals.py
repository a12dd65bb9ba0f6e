"""The reward of a renewal goes with it: it was refunded or withdrawn, or nothing is left that it renews."""

from uuid import UUID

from programs.models import Participation, Plan, PlanPeriod
from programs.selectors.plans import laid_periods, standing_periods
from programs.services.plan_members import RENEWAL, renewal_number
from programs.services.withdrawals import withdraw_participation
from smartbis.customers.selectors import merged_ids
from smartbis.customers.services import hold_customer
from smartbis.ledger.services import lock_holder
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant


def withdraw_lost_renewals(*, tenant: UUID, customer: UUID, plan_key: str) -> None:
    """Take back what was earned by what is no renewal by the periods that stand now; again, it takes nothing."""
    with tenant_scope(tenant):
        customer = hold_customer(tenant=tenant, customer=customer)
        lock_holder(tenant=tenant, customer=customer)
        plan = Plan.objects.get(key=plan_key)
        standing = standing_periods(tenant=tenant, plan=plan.id, customer=customer)
        laid = laid_periods(standing, get_tenant(tenant=tenant).timezone)
        renewing = {each.bought.id for each in laid if each.renewal and each.adds_time}
        people = {customer, *merged_ids(tenant=tenant, customer=customer)}
        periods = PlanPeriod.objects.filter(plan=plan, customer_id__in=people).values_list("id", flat=True)
        lost = [renewal_number(each) for each in periods if each not in renewing]
        rewarded = Participation.objects.filter(kind=RENEWAL, external_id__in=lost).order_by("id")
        for participation in rewarded.values_list("id", flat=True):
            withdraw_participation(tenant=tenant, participation=participation)
