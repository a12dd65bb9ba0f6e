"""What a customer belongs to. The rooms above say what a key means and who may have it."""

from datetime import datetime
from uuid import UUID

from smartbis.customers.errors import CustomerGone, CustomerNotFound
from smartbis.customers.infos import MembershipInfo
from smartbis.customers.models import Customer, Membership
from smartbis.customers.rows import lock_customer
from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.tenancy.scope import tenant_scope


def set_membership(
    *,
    tenant: UUID,
    customer: UUID,
    kind: str,
    key: str,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
) -> MembershipInfo:
    """Make a customer belong to a plan, tier, segment, community or tag, from now unless said otherwise.

    Setting it again moves its period. Raises CustomerNotFound, CustomerGone, InvalidInput.
    """
    start = valid_from or now()
    if kind not in Membership.Kind.values or not 0 < len(key) <= 60:
        raise InvalidInput({"kind": ["There is no such membership."]})
    if valid_until and valid_until <= start:
        raise InvalidInput({"valid_until": ["The end must come after the start."]})
    with tenant_scope(tenant):
        row = lock_customer(tenant=tenant, customer=customer)
        if row is None:
            raise CustomerNotFound
        if row.status == Customer.Status.ERASED:
            raise CustomerGone
        customer = row.id
        Membership.objects.update_or_create(
            tenant_id=tenant,
            customer_id=customer,
            kind=kind,
            key=key,
            defaults={"valid_from": start, "valid_until": valid_until},
        )
        return MembershipInfo(customer_id=customer, kind=kind, key=key, valid_from=start, valid_until=valid_until)


def end_membership(*, tenant: UUID, customer: UUID, kind: str, key: str) -> bool:
    """Make a customer no longer belong, as if they never had; whether there was anything to end.

    Who leaves, and did belong until then, is `close_memberships`' concern.
    """
    with tenant_scope(tenant):
        row = lock_customer(tenant=tenant, customer=customer)
        owner = row.id if row else customer
        ended, _ = Membership.objects.filter(tenant_id=tenant, customer_id=owner, kind=kind, key=key).delete()
        return bool(ended)
