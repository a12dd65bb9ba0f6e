"""One customer, by id or by any identity."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from smartbis.customers.errors import CustomerNotFound
from smartbis.customers.identities import (
    BIRTHDAY_PLACE,
    birthday_blind,
    open_identity,
)
from smartbis.customers.infos import CustomerInfo
from smartbis.customers.models import Customer
from smartbis.customers.names import first_name
from smartbis.customers.selectors.finding import sought
from smartbis.customers.selectors.reach import REACHABLE_KINDS
from smartbis.kernel.errors import InvalidInput
from smartbis.tenancy.scope import Reading, read, tenant_scope
from smartbis.tenancy.sealing import unseal
from smartbis.tenancy.statements import prepared_cursor

_COLUMNS = (
    "id",
    "name",
    "status",
    "locale",
    "channel",
    "store_id",
    "enrolled_at",
    "birthday_blind",
    "identities__id",
    "identities__kind",
    "identities__tail",
    "identities__sealed",
    "identities__is_alias",
)


def get_customer(*, tenant: UUID, customer: UUID) -> CustomerInfo:
    """The customer, also an erased one (its `status` says so). One query. Raises CustomerNotFound.

    Who was merged is answered as the one who stays: the `id` is then another than was asked for.
    """
    found = get_customers(tenant=tenant, customers=[customer])
    if customer not in found:
        raise CustomerNotFound
    return found[customer]


def get_customers(*, tenant: UUID, customers: Collection[UUID]) -> dict[UUID, CustomerInfo]:
    """Those of the customers that exist in this tenant, by the ids asked for, in one query.

    Who was merged is answered as the one who stays, by two more queries.
    """
    with tenant_scope(tenant, read_only=True):
        found = _by_ids(tenant, customers)
        merged = [info.id for info in found.values() if info.status == Customer.Status.MERGED]
        if merged:
            rows = Customer.objects.filter(tenant_id=tenant, id__in=merged).values_list("id", "merged_into_id")
            into = {row: stays for row, stays in rows if stays}
            stays = _by_ids(tenant, set(into.values()))
            found |= {row: stays[survivor] for row, survivor in into.items()}
        return found


def _by_ids(tenant: UUID, customers: Collection[UUID]) -> dict[UUID, CustomerInfo]:
    return read(_by_ids_reading(tenant, customers)) if customers else {}


# Every page of a customer and every till asks this.
_WITH_IDENTITIES = """
SELECT c.id, c.name, c.status, c.locale, c.channel, c.store_id, c.enrolled_at, c.birthday_blind,
    i.id, i.kind, i.tail, i.sealed, i.is_alias, i.blind
FROM customers_customer c LEFT JOIN customers_identity i ON i.tenant_id = c.tenant_id AND i.customer_id = c.id
WHERE c.tenant_id = %(tenant)s AND c.id
"""
_BY_IDS = " ".join((_WITH_IDENTITIES, "= ANY(%(ids)s)"))
_BY_IDENTITY = " ".join(
    (
        _WITH_IDENTITIES,
        "IN (SELECT COALESCE(held.merged_into_id, held.id)"
        " FROM customers_identity same"
        " JOIN customers_customer held ON held.tenant_id = same.tenant_id AND held.id = same.customer_id"
        " WHERE same.tenant_id = %(tenant)s AND same.kind = ANY(%(kinds)s) AND same.blind = ANY(%(blinds)s))",
    )
)


def _by_ids_reading(tenant: UUID, customers: Collection[UUID]) -> Reading[dict[UUID, CustomerInfo]]:
    name = ("customers", frozenset(customers))
    parameters = {"tenant": tenant, "ids": list(customers)}
    return Reading(_BY_IDS, parameters, lambda rows: _infos(tenant, rows), name, only_in_reading=True)


def _infos(tenant: UUID, rows: list[tuple[Any, ...]]) -> dict[UUID, CustomerInfo]:
    grouped: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        grouped.setdefault(row[0], []).append(dict(zip(_COLUMNS, row, strict=False)))
    return {customer: _info(tenant, theirs) for customer, theirs in grouped.items()}


def merged_ids(*, tenant: UUID, customer: UUID) -> tuple[UUID, ...]:
    """The ids of customers who were merged into this one; what is append-only still bears them."""
    with tenant_scope(tenant, read_only=True):
        rows = Customer.objects.filter(tenant_id=tenant, merged_into_id=customer).order_by("merged_at", "id")
        return tuple(rows.values_list("id", flat=True))


def merged_since(*, tenant: UUID, since: datetime) -> tuple[UUID, ...]:
    """The customers who were merged into others since an instant, the earliest first."""
    with tenant_scope(tenant, read_only=True):
        rows = Customer.objects.filter(tenant_id=tenant, merged_into__isnull=False, merged_at__gte=since)
        return tuple(rows.order_by("merged_at", "id").values_list("id", flat=True))


def merged_count(*, tenant: UUID) -> int:
    """How many customers have been merged into others: it only grows, so that the same number means no merge."""
    with tenant_scope(tenant, read_only=True):
        return Customer.objects.filter(tenant_id=tenant, merged_into__isnull=False).count()


def merged_ids_of(*, tenant: UUID, customers: Collection[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """`merged_ids` of several customers in one query; who has none is left out."""
    found: dict[UUID, tuple[UUID, ...]] = {}
    with tenant_scope(tenant, read_only=True):
        rows = Customer.objects.filter(tenant_id=tenant, merged_into_id__in=list(customers)).order_by("merged_at", "id")
        for survivor, merged in rows.values_list("merged_into_id", "id"):
            found[survivor] = (*found.get(survivor, ()), merged)
    return found


def find_customer(
    *,
    tenant: UUID,
    phone: str | None = None,
    cpf: str | None = None,
    email: str | None = None,
    external_id: str | None = None,
    wa_id: str | None = None,
    bsuid: str | None = None,
) -> CustomerInfo | None:
    """The customer with this identity, if there is one; exactly one identity is given.

    A phone and a WhatsApp id find the customer under either form of Brazil's ninth digit, the exact one first.
    Raises InvalidInput for an identity that cannot be one, or for none or several.
    """
    given = {
        "phone": phone,
        "cpf": cpf,
        "email": email,
        "external_id": external_id,
        "whatsapp": wa_id,
        "bsuid": bsuid,
    }
    named = [(kind, value) for kind, value in given.items() if value]
    if len(named) != 1:
        raise InvalidInput({"customer": ["Name the customer by exactly one identity."]})
    kind, value = named[0]
    with tenant_scope(tenant, read_only=True):
        return next(iter(_holders(tenant, kind, value)), None)


def customers_with_phone(
    *, tenant: UUID, phone: str | None = None, wa_id: str | None = None
) -> tuple[CustomerInfo, ...]:
    """All customers who have this number in either form, the best match first. Raises InvalidInput."""
    with tenant_scope(tenant, read_only=True):
        return _holders(tenant, "whatsapp", wa_id) if wa_id else _holders(tenant, "phone", phone or "")


def _holders(tenant: UUID, kind: str, value: str) -> tuple[CustomerInfo, ...]:
    """Who holds an identity, the best match first, in one query."""
    wanted = sought(tenant=tenant, kind=kind, value=value)
    with prepared_cursor() as cursor:
        cursor.execute(_BY_IDENTITY, {"tenant": tenant, "kinds": list(wanted.kinds), "blinds": list(wanted.blinds)})
        rows = cursor.fetchall()
    order = wanted.matches({(row[9], bytes(row[13])): row[0] for row in rows if row[13] is not None})
    found = _infos(tenant, rows)
    return tuple(found[customer] for customer in dict.fromkeys((*order, *found)))


def birthday_of(*, tenant: UUID, customer: UUID) -> date | None:
    """The customer's birth date, if it is known."""
    with tenant_scope(tenant, read_only=True):
        sealed = (
            Customer.objects.filter(tenant_id=tenant, id=customer).values_list("birthday_sealed", flat=True).first()
        )
        if sealed is None:
            return None
        return date.fromisoformat(unseal(tenant=tenant, place=BIRTHDAY_PLACE, row=customer, sealed=bytes(sealed)))


def birthdays_of(*, tenant: UUID, customers: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
    """Month and day of birth of those of the customers whose birth date is known; one query."""
    with tenant_scope(tenant, read_only=True):
        rows = Customer.objects.filter(tenant_id=tenant, id__in=customers, birthday_sealed__isnull=False)
        found = {}
        for row, sealed in rows.values_list("id", "birthday_sealed"):
            assert sealed is not None
            day = date.fromisoformat(unseal(tenant=tenant, place=BIRTHDAY_PLACE, row=row, sealed=bytes(sealed)))
            found[row] = (day.month, day.day)
        return found


def customers_with_birthday(*, tenant: UUID, month: int, day: int) -> tuple[UUID, ...]:
    """The customers born on this day of the year, found by its blind index."""
    with tenant_scope(tenant, read_only=True):
        blind = birthday_blind(tenant=tenant, month=month, day=day)
        rows = Customer.objects.filter(tenant_id=tenant, birthday_blind=blind).order_by("id")
        return tuple(rows.values_list("id", flat=True))


def customer_infos(tenant: UUID, customers: QuerySet[Customer]) -> list[CustomerInfo]:
    """The customers of a queryset, in its order, with their identities, in one query. Inside a scope."""
    grouped: dict[UUID, list[dict[str, Any]]] = {}
    for row in customers.values(*_COLUMNS):
        grouped.setdefault(row["id"], []).append(row)
    return [_info(tenant, rows) for rows in grouped.values()]


def _info(tenant: UUID, rows: list[dict[str, Any]]) -> CustomerInfo:
    head = rows[0]
    identities = {
        row["identities__kind"]: row for row in rows if row["identities__kind"] and not row["identities__is_alias"]
    }
    tails = {kind: row["identities__tail"] for kind, row in identities.items()}
    return CustomerInfo(
        id=head["id"],
        name=head["name"],
        first_name=first_name(head["name"]),
        status=head["status"],
        phone_masked=tails.get("phone", ""),
        email_masked=tails.get("email", ""),
        cpf_masked=tails.get("cpf", ""),
        aliases=tuple(
            row["identities__tail"]
            for row in rows
            if row["identities__is_alias"] and row["identities__kind"] == "phone"
        ),
        external_id=_external_id(tenant, identities.get("external_id")),
        enrolled_at=head["enrolled_at"],
        has_phone="phone" in identities,
        locale=head["locale"],
        channel=head["channel"],
        store_id=head["store_id"],
        is_reachable=any(_reachable(identities)),
        has_birthday=head["birthday_blind"] is not None,
    )


def _reachable(kinds: Iterable[str]) -> Iterable[bool]:
    return (kind in REACHABLE_KINDS for kind in kinds)


def _external_id(tenant: UUID, row: dict[str, Any] | None) -> str:
    if row is None:
        return ""
    return open_identity(tenant=tenant, row=row["identities__id"], sealed=row["identities__sealed"])
