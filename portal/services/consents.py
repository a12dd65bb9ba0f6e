"""What a customer wants to be sent."""

from collections.abc import Mapping
from uuid import UUID

from smartbis.customers.infos import CATEGORIES, CategoryName
from smartbis.customers.selectors import allows
from smartbis.customers.services import record_consent
from smartbis.kernel.people import Actor
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant


def choose_consents(*, tenant: UUID, customer: UUID, wanted: Mapping[CategoryName, bool], actor: Actor) -> None:
    """Record each category in which the customer wants something else than holds now, under the brand's present text.

    Raises CustomerNotFound, CustomerGone. Publishes ConsentChanged.
    """
    with tenant_scope(tenant):
        version = get_tenant(tenant=tenant).terms_version
        for category in CATEGORIES:
            if wanted[category] == allows(tenant=tenant, customer=customer, category=category):
                continue
            record_consent(
                tenant=tenant,
                customer=customer,
                category=category,
                granted=wanted[category],
                text_version=version,
                channel="portal",
                actor=actor,
            )
