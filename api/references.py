"""Customers and stores as callers name them."""

from typing import Any, Literal
from uuid import UUID

from smartbis.customers.errors import CustomerNotFound
from smartbis.customers.infos import ConsentGiven, Origin
from smartbis.customers.selectors import find_customer, get_customer
from smartbis.customers.services import find_or_enrol
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.people import Actor
from smartbis.tenancy.errors import StoreUnknown
from smartbis.tenancy.selectors import StoreInfo, TenantInfo, get_store_by_code

CHANNEL: Literal["api"] = "api"
OWN_BASIS = "tenant_basis"


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


def customer_or_newcomer(brand: TenantInfo, reference: dict[str, Any], actor: Actor, store: UUID | None) -> UUID:
    """The customer of a reference; one with a `name` whom nobody knows yet is enrolled with the consents it brings.

    Raises CustomerNotFound for an unknown customer without a name, InvalidInput.
    """
    name = reference.get("name", "")
    if reference.get("id") or not name:
        return customer_of(brand.id, reference)
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
