"""The reward of a renewal goes with it: it was refunded or withdrawn, or nothing is left that it renews."""

from uuid import UUID

from programs.models import Plan
from programs.selectors.plans import laid_periods, standing_periods
from programs.services.renewal_rewards import renewals_recorded
from programs.services.withdrawals import withdraw_participation
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
        recorded = renewals_recorded(tenant=tenant, plan=plan, customer=customer)
        lost = [each for period in recorded.keys() - renewing for each in recorded[period]]
        for participation in sorted(lost):
            withdraw_participation(tenant=tenant, participation=participation)
