"""Customers and stores as callers name them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from smartbis.customers.errors import CustomerNotFound
from smartbis.customers.infos import ConsentGiven, Origin
from smartbis.customers.selectors import Sought, find_customer, get_customer, get_customers, holders_reading, sought
from smartbis.customers.services import find_or_enrol
from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.people import Actor
from smartbis.tenancy.errors import StoreUnknown
from smartbis.tenancy.scope import Reading, read_together
from smartbis.tenancy.selectors import StoreInfo, TenantInfo, get_store_by_code

CHANNEL: Literal["api"] = "api"
USUAL_DAYS = 30
OWN_BASIS = "tenant_basis"
# Who buys: a customer, nobody who is known, or why it can be nobody.
Buyer = UUID | InvalidInput | None


class StoreCodeUnknown(InvalidInput):
    """The code in `store` is none of the tenant's stores."""

    code = "store_unknown"
    sentence = "There is no such store."


def store_of(tenant: UUID, code: str, *, field: str = "store") -> StoreInfo:
    """The store of a code. Raises StoreCodeUnknown with the error at `field`."""
    try:
        return get_store_by_code(tenant=tenant, code=code)
    except StoreUnknown as error:
        raise StoreCodeUnknown({field: [StoreCodeUnknown.sentence]}) from error


def asked_period(brand: TenantInfo, asked: dict[str, Any]) -> dict[str, Any]:
    """`since`, `until` and `store` of a report's query: the tenant's last thirty days if none are named.

    Raises StoreCodeUnknown.
    """
    until = asked.get("until") or now().astimezone(ZoneInfo(brand.timezone)).date()
    return {
        "since": asked.get("since") or until - timedelta(days=USUAL_DAYS - 1),
        "until": until,
        "store": store_of(brand.id, asked["store"]).id if "store" in asked else None,
    }


def customer_of(tenant: UUID, reference: dict[str, Any]) -> UUID:
    """The customer of a checked reference. Raises CustomerNotFound, InvalidInput."""
    if reference.get("id"):
        return get_customer(tenant=tenant, customer=reference["id"]).id
    try:
        found = find_customer(tenant=tenant, **_identity(reference))
    except InvalidInput as error:
        raise _within_customer(error) from None
    if found is None:
        raise CustomerNotFound
    return found.id


def buyers_of(
    tenant: UUID, references: Sequence[dict[str, Any]], *, beside: Sequence[Reading[Any]] = ()
) -> list[Buyer]:
    """Who is named by each checked reference, all read in one statement; `beside` is read in the same round trip.

    None where nobody is known, the refusal where nobody can be. An id is answered as it is: it is looked at when the
    sale is written.
    """
    wanted = [_sought(tenant, reference) for reference in references]
    asked = [each for each in wanted if isinstance(each, Sought)]
    holders = read_together(holders_reading(tenant, asked), *beside)[0] if asked else {}
    return [holders.get(each, (None,))[0] if isinstance(each, Sought) else each for each in wanted]


def _sought(tenant: UUID, reference: dict[str, Any]) -> Sought | Buyer:
    named = _identity(reference)
    if not named:
        found: UUID | None = reference.get("id")
        return found
    try:
        return next(sought(tenant=tenant, kind=kind, value=value) for kind, value in named.items())
    except InvalidInput as error:
        return _within_customer(error)


def known_customers(tenant: UUID, references: Sequence[dict[str, Any]]) -> list[UUID | None]:
    """The active customer of each checked reference, in their order; None where nobody is or can be."""
    named = [each if isinstance(each, UUID) else None for each in buyers_of(tenant, references)]
    people = get_customers(tenant=tenant, customers={each for each in named if each})
    found = [people.get(each) if each else None for each in named]
    return [person.id if person and person.status == "active" else None for person in found]


def settled_buyer(
    brand: TenantInfo, reference: dict[str, Any], buyer: Buyer, *, actor: Actor, store: UUID
) -> UUID | None:
    """The customer of a sale, None for an anonymous one; one with a `name` whom nobody knows yet is enrolled.

    `buyer` is what `buyers_of` found. Raises CustomerNotFound for an unknown customer without a name, InvalidInput.
    """
    if isinstance(buyer, InvalidInput):
        raise buyer
    if buyer is not None or not reference:
        return buyer
    name = reference.get("name", "")
    if not name:
        raise CustomerNotFound
    try:
        customer, _ = find_or_enrol(
            tenant=brand.id,
            name=name,
            consents=consents_of(brand, reference.get("consents")),
            origin=Origin(channel=CHANNEL, store=store, actor=actor),
            **_identity(reference),
        )
    except InvalidInput as error:
        raise _within_customer(error) from None
    return customer.id


def consents_of(brand: TenantInfo, given: dict[str, Any] | None) -> ConsentGiven | None:
    """The consents that were sent; without any, the tenant's own basis for service notices, if it has one."""
    if given is not None:
        version = given.get("text_version") or brand.terms_version
        return ConsentGiven(utility=given["utility"], marketing=given["marketing"], text_version=version)
    if brand.service_basis:
        return ConsentGiven(utility=True, marketing=False, text_version=brand.terms_version, basis=OWN_BASIS)
    return None


def _within_customer(error: InvalidInput) -> InvalidInput:
    """The same refusal with its fields named as they stand in the body."""
    error.errors = {f"customer.{field}": texts for field, texts in error.errors.items()}
    return error


def _identity(reference: dict[str, Any]) -> dict[str, Any]:
    return {name: reference[name] for name in ("phone", "cpf", "email", "external_id") if reference.get(name)}
