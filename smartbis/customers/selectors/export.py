"""All that this room knows about a person, for the person."""

from typing import Any
from uuid import UUID

from smartbis.customers.identities import open_identities, open_identity
from smartbis.customers.models import Identity
from smartbis.customers.selectors.consents import consent_history
from smartbis.customers.selectors.memberships import memberships_with_periods
from smartbis.customers.selectors.people import birthday_of, get_customer
from smartbis.tenancy.scope import tenant_scope


def export_person(*, tenant: UUID, customer: UUID) -> dict[str, Any]:
    """Who the customer is, what they agreed to and belong to, as JSON-ready text. Raises CustomerNotFound."""
    with tenant_scope(tenant, read_only=True):
        info = get_customer(tenant=tenant, customer=customer)
        customer = info.id
        rows = list(Identity.objects.filter(tenant_id=tenant, customer_id=customer))
        birthday = birthday_of(tenant=tenant, customer=customer)
        return {
            "id": str(info.id),
            "name": info.name,
            "status": info.status,
            "locale": info.locale,
            "enrolled_at": info.enrolled_at.isoformat(),
            "enrolled_through": info.channel,
            "birthday": birthday.isoformat() if birthday else None,
            "identities": dict(sorted(open_identities(tenant=tenant, rows=rows).items())),
            "older_identities": [
                {"kind": row.kind, "value": open_identity(tenant=tenant, row=row.id, sealed=row.sealed)}
                for row in rows
                if row.is_alias
            ],
            "consents": [
                {
                    "category": consent.category,
                    "granted": consent.granted,
                    "basis": consent.basis,
                    "text_version": consent.text_version,
                    "channel": consent.channel,
                    "recorded_at": consent.recorded_at.isoformat(),
                }
                for consent in consent_history(tenant=tenant, customer=customer)
            ],
            "memberships": [
                {
                    "kind": membership.kind,
                    "key": membership.key,
                    "valid_from": membership.valid_from.isoformat(),
                    "valid_until": membership.valid_until.isoformat() if membership.valid_until else None,
                }
                for membership in memberships_with_periods(tenant=tenant, customer=customer)
            ],
        }
