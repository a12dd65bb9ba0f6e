"""What people call the things that rules name by code, key or id."""

from uuid import UUID

from programs.rules import Names
from programs.selectors.plans import plans
from programs.selectors.tiers import find_ladder
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import stores
from vouchers.selectors import coupons


def rule_names(*, tenant: UUID) -> Names:
    """The brand's stores, coupons, plans and tiers by name. Five queries at most, however many rules there are."""
    with tenant_scope(tenant, read_only=True):
        ladder = find_ladder(tenant=tenant)
        return Names(
            stores={store.code: store.name for store in stores(tenant=tenant, active_only=False)},
            coupons={str(coupon.id): coupon.name for coupon in coupons(tenant=tenant)},
            plans={plan.key: plan.name for plan in plans(tenant=tenant)},
            tiers={tier.key: tier.name for tier in ladder.ladder.tiers} if ladder else {},
        )
