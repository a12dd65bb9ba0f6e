"""What customers agreed to."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from smartbis.customers.identities import PHONE_KINDS
from smartbis.customers.infos import ConsentInfo
from smartbis.customers.models import Consent, Customer, Identity, Suppression
from smartbis.customers.selectors.people import merged_ids
from smartbis.tenancy.scope import tenant_scope


def allows(*, tenant: UUID, customer: UUID, category: str) -> bool:
    """Whether messages of this category may be sent to the customer now.

    The newest record must be a grant, and no form of their number may be suppressed. One query.
    """
    return customer in allowed_customers(tenant=tenant, customers=[customer], category=category)


def allowed_customers(*, tenant: UUID, customers: Collection[UUID], category: str) -> frozenset[UUID]:
    """Those of the customers to whom messages of this category may be sent now. One query.

    Suppressed numbers are looked for by each customer. Written as NOT EXISTS, the planner may instead go through all
    numbers of the brand for each, where it takes a brand that grew since the last ANALYZE for a small one.
    """
    with tenant_scope(tenant, read_only=True):
        suppressed = Subquery(_suppressed(tenant, category).values("id")[:1])
        rows = _agreeing(tenant, category).annotate(suppressed=suppressed).filter(suppressed=None)
        return frozenset(rows.filter(id__in=list(customers)).values_list("id", flat=True))


def notifiable_count(*, tenant: UUID, category: str) -> int:
    """How many customers may be sent messages of this category now, and have a number to send them to. One query."""
    with tenant_scope(tenant, read_only=True):
        reachable = Identity.objects.filter(
            tenant_id=tenant, customer_id=OuterRef("pk"), kind__in=PHONE_KINDS, is_alias=False
        )
        return _agreeing(tenant, category).filter(~Exists(_suppressed(tenant, category)), Exists(reachable)).count()


def _agreeing(tenant: UUID, category: str) -> QuerySet[Customer]:
    """Active customers whose newest record is a grant."""
    newest = (
        Consent.objects.filter(tenant_id=tenant, customer_id=OuterRef("pk"), category=category)
        .order_by("-recorded_at", "-id")
        .values("granted")[:1]
    )
    granted = Customer.objects.annotate(granted=Subquery(newest))
    return granted.filter(tenant_id=tenant, status=Customer.Status.ACTIVE, granted=True)


def _suppressed(tenant: UUID, category: str) -> QuerySet[Identity]:
    """The suppressed numbers of the customer of the query around it."""
    return Identity.objects.filter(
        Exists(Suppression.objects.filter(tenant_id=tenant, blind=OuterRef("blind"), category=category)),
        tenant_id=tenant,
        customer_id=OuterRef("pk"),
        kind__in=PHONE_KINDS,
        is_alias=False,
    )


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
