"""What customers agreed to."""

from uuid import UUID

from smartbis.customers.infos import ConsentInfo
from smartbis.customers.models import Consent
from smartbis.customers.selectors.people import merged_ids
from smartbis.tenancy.scope import tenant_scope


def consent_state(*, tenant: UUID, customer: UUID) -> dict[str, ConsentInfo]:
    """The newest record of each category. One query."""
    with tenant_scope(tenant, read_only=True):
        rows = (
            Consent.objects.filter(tenant_id=tenant, customer_id=customer)
            .order_by("category", "-recorded_at", "-id")
            .distinct("category")
        )
        return {row.category: _info(row) for row in rows}


def consent_history(*, tenant: UUID, customer: UUID) -> tuple[ConsentInfo, ...]:
    """Every record of what the customer agreed to and withdrew, also as one who was merged into them, newest first."""
    with tenant_scope(tenant, read_only=True):
        ids = [customer, *merged_ids(tenant=tenant, customer=customer)]
        rows = Consent.objects.filter(tenant_id=tenant, customer_id__in=ids).order_by("-recorded_at", "-id")
        return tuple(_info(row) for row in rows)


def _info(row: Consent) -> ConsentInfo:
    return ConsentInfo(
        id=row.id,
        category=row.category,
        granted=row.granted,
        basis=row.basis,
        text_version=row.text_version,
        channel=row.channel,
        store_id=row.store_id,
        actor_kind=row.actor_kind,
        actor_id=row.actor_id,
        recorded_at=row.recorded_at,
    )
