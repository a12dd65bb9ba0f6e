"""Writing the rows of customers: shared by the services for one customer and for many."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from smartbis.customers.identities import seal_identity
from smartbis.customers.infos import IdentityValue
from smartbis.customers.models import Customer, Identity, NameToken
from smartbis.customers.names import name_tokens
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id

_INSERT_IDENTITIES = """
    INSERT INTO {table} (tenant_id, added_at, id, customer_id, kind, sealed, blind, tail)
    SELECT %s, %s, identity.*
    FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::bytea[], %s::bytea[], %s::text[]) AS identity
    ON CONFLICT DO NOTHING RETURNING kind, blind
"""


def lock_customer(*, tenant: UUID, customer: UUID) -> Customer | None:
    """The customer's row, locked until commit; None when this tenant has no such customer.

    For a customer who was merged it is the row of the one who stays: callers go on with its id.
    """
    row = _locked(tenant, customer)
    while row is not None and row.merged_into_id is not None:
        row = _locked(tenant, row.merged_into_id)
    return row


def _locked(tenant: UUID, customer: UUID) -> Customer | None:
    return Customer.objects.select_for_update(no_key=True).filter(tenant_id=tenant, id=customer).first()


def insert_identities(*, tenant: UUID, owned: Sequence[tuple[UUID, IdentityValue]]) -> list[tuple[UUID, IdentityValue]]:
    """Insert identities in one statement and answer those that lost: somebody else holds them already.

    The unique constraint is the judge. Rows go in by the order of the constraint, so that two writers of the same
    identities wait for each other rather than deadlock.
    """
    ordered = sorted(owned, key=lambda pair: (pair[1].kind, pair[1].blind))
    if not ordered:
        return []
    at = now()
    rows = [
        Identity(
            id=(row := new_id()),
            tenant_id=tenant,
            customer_id=customer,
            kind=value.kind,
            sealed=seal_identity(tenant=tenant, row=row, text=value.text),
            blind=value.blind,
            tail=value.tail,
            added_at=at,
        )
        for customer, value in ordered
    ]
    written = _insert(tenant, rows)
    return [pair for pair in ordered if (pair[1].kind, pair[1].blind) not in written]


def _insert(tenant: UUID, rows: Sequence[Identity]) -> set[tuple[str, bytes]]:
    statement = _INSERT_IDENTITIES.format(table=connection.ops.quote_name(Identity._meta.db_table))
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            [
                tenant,
                rows[0].added_at,
                [row.id for row in rows],
                [row.customer_id for row in rows],
                [row.kind for row in rows],
                [row.sealed for row in rows],
                [row.blind for row in rows],
                [row.tail for row in rows],
            ],
        )
        return {(kind, bytes(blind)) for kind, blind in cursor.fetchall()}


def insert_name_tokens(*, tenant: UUID, names: Sequence[tuple[UUID, str]]) -> None:
    """Write the search tokens of customers' names."""
    NameToken.objects.bulk_create(
        NameToken(tenant_id=tenant, customer_id=customer, token=token)
        for customer, name in names
        for token in name_tokens(name)
    )
