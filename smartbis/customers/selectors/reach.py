"""Whom messages may be sent to, and by which numbers: asked for every slice of messages, so in fixed statements.

How many those are is asked by pages.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import connection

from smartbis.customers.identities import PHONE_KINDS, open_identity
from smartbis.customers.infos import ContactInfo
from smartbis.tenancy.scope import Reading, read, tenant_scope

REACHABLE_KINDS = ("phone", "whatsapp", "bsuid")

# Of a customer `c`, and of the category that is put in: the newest record is a grant.
_AGREES = """
c.tenant_id = %(tenant)s AND c.status = 'active' AND (
    SELECT k.granted FROM customers_consent k
    WHERE k.tenant_id = %(tenant)s AND k.customer_id = c.id AND k.category = <category>
    ORDER BY k.recorded_at DESC, k.id DESC LIMIT 1
)
"""
_SUPPRESSED = """
SELECT i.id FROM customers_identity i
WHERE i.tenant_id = %(tenant)s AND i.customer_id = c.id AND i.kind = ANY(%(kinds)s) AND NOT i.is_alias AND EXISTS (
    SELECT FROM customers_suppression s
    WHERE s.tenant_id = %(tenant)s AND s.blind = i.blind AND s.category = <category>
)
"""
# Suppressed numbers are looked for by each customer. Written as NOT EXISTS, the planner may instead go through all
# numbers of the brand for each, where it takes a brand that grew since the last ANALYZE for a small one.
_AGREEMENTS = f"""
SELECT c.id, w.category
FROM customers_customer c CROSS JOIN unnest(%(categories)s::text[]) AS w(category)
WHERE {_AGREES} AND c.id = ANY(%(customers)s) AND ({_SUPPRESSED} LIMIT 1) IS NULL
""".replace("<category>", "w.category")  # noqa: S608 (our own text)
_NOTIFIABLE = f"""
SELECT count(*) FROM customers_customer c
WHERE {_AGREES} AND NOT EXISTS ({_SUPPRESSED}) AND EXISTS (
    SELECT FROM customers_identity i
    WHERE i.tenant_id = %(tenant)s AND i.customer_id = c.id AND i.kind = ANY(%(kinds)s) AND NOT i.is_alias
)
""".replace("<category>", "%(category)s")  # noqa: S608
_CONTACTS = """
SELECT id, customer_id, kind, sealed FROM customers_identity
WHERE tenant_id = %(tenant)s AND customer_id = ANY(%(customers)s) AND kind = ANY(%(kinds)s) AND NOT is_alias
"""

Agreements = frozenset[tuple[UUID, str]]


def agreements_reading(tenant: UUID, customers: Collection[UUID], categories: Collection[str]) -> Reading[Agreements]:
    """The pairs of a customer and a category of which messages may be sent to them now.

    The newest record must be a grant, and no form of their number may be suppressed.
    """
    values = {
        "tenant": tenant,
        "customers": list(customers),
        "categories": list(categories),
        "kinds": list(PHONE_KINDS),
    }
    return Reading(_AGREEMENTS, values, lambda rows: frozenset((customer, category) for customer, category in rows))


def contacts_reading(tenant: UUID, customers: Collection[UUID]) -> Reading[dict[UUID, ContactInfo]]:
    """What `contacts_of` reads, to be read together with other things."""
    values = {"tenant": tenant, "customers": list(customers), "kinds": list(REACHABLE_KINDS)}
    return Reading(_CONTACTS, values, lambda rows: _contacts(tenant, rows))


def allows(*, tenant: UUID, customer: UUID, category: str) -> bool:
    """Whether messages of this category may be sent to the customer now. One query."""
    return customer in allowed_customers(tenant=tenant, customers=[customer], category=category)


def allowed_customers(*, tenant: UUID, customers: Collection[UUID], category: str) -> frozenset[UUID]:
    """Those of the customers to whom messages of this category may be sent now. One query."""
    with tenant_scope(tenant, read_only=True):
        return frozenset(customer for customer, _ in read(agreements_reading(tenant, customers, [category])))


def notifiable_count(*, tenant: UUID, category: str) -> int:
    """How many customers may be sent messages of this category now, and have a number to send them to. One query."""
    values: dict[str, Any] = {"tenant": tenant, "category": category, "kinds": list(PHONE_KINDS)}
    # Planned for this brand each time: it goes through all of its customers.
    with tenant_scope(tenant, read_only=True), connection.cursor() as cursor:
        cursor.execute(_NOTIFIABLE, values)
        return int(cursor.fetchone()[0])


def contact_of(*, tenant: UUID, customer: UUID) -> ContactInfo:
    """The customer's number and WhatsApp ids, in plain: only for sending. All None for an erased customer."""
    found = contacts_of(tenant=tenant, customers=[customer])
    return found.get(customer, ContactInfo(phone_e164=None, wa_id=None, bsuid=None))


def contacts_of(*, tenant: UUID, customers: Collection[UUID]) -> dict[UUID, ContactInfo]:
    """`contact_of` for several customers in one query; who cannot be written to is absent."""
    with tenant_scope(tenant, read_only=True):
        return read(contacts_reading(tenant, customers))


def _contacts(tenant: UUID, rows: list[tuple[Any, ...]]) -> dict[UUID, ContactInfo]:
    values: dict[UUID, dict[str, str]] = {}
    for row, customer, kind, sealed in rows:
        values.setdefault(customer, {})[kind] = open_identity(tenant=tenant, row=row, sealed=sealed)
    return {
        customer: ContactInfo(phone_e164=known.get("phone"), wa_id=known.get("whatsapp"), bsuid=known.get("bsuid"))
        for customer, known in values.items()
    }
