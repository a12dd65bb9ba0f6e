"""Programmes with limits, and sales for them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from programs.infos import ProgramInfo, SaleOutcome
from programs.services import open_program, record_sale
from smartbis.customers.infos import CustomerInfo
from smartbis.kernel.clock import now
from smartbis.ledger.selectors import BalanceInfo, balances
from smartbis.purchases.infos import ItemDraft, SaleDraft
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, store_of

TENTH = {"kind": "percentage", "basis_points": 1_000}


def opened(brand: TenantInfo, *rules: dict[str, Any], kind: str = "cashback", **more: Any) -> ProgramInfo:
    """A programme of these rules since a year ago; one without a key is called by its place."""
    named = [{"key": f"rule {place}", "effect": TENTH, **rule} for place, rule in enumerate(rules)]
    effective_at = more.pop("effective_at", now() - timedelta(days=366))
    return open_program(
        tenant=brand.id,
        name=more.pop("name", kind),
        kind=kind,  # type: ignore[arg-type]
        spec={"rules": named, **more},
        actor=actor("owner"),
        effective_at=effective_at,
    )


def of(brand: TenantInfo, customer: UUID | None, amount: int, number: str, **given: Any) -> SaleDraft:
    """A sale at the store `centro`."""
    given.setdefault("store", store_of(brand).id)
    return SaleDraft(customer=customer, amount_minor=amount, currency="BRL", external_id=number, **given)


def lines(*articles: tuple[str, int, int]) -> tuple[ItemDraft, ...]:
    """Lines of a sale: article, quantity, price of one."""
    return tuple(ItemDraft(sku=sku, quantity=quantity, unit_minor=unit) for sku, quantity, unit in articles)


def sold(brand: TenantInfo, customer: CustomerInfo, amount: int, number: str, **given: Any) -> SaleOutcome:
    """A recorded sale."""
    return record_sale(tenant=brand.id, sale=of(brand, customer.id, amount, number, **given))


def held(brand: TenantInfo, customer: CustomerInfo, unit: str = "BRL") -> BalanceInfo:
    """The customer's balances in a unit."""
    found = {each.unit: each for each in balances(tenant=brand.id, customer=customer.id)}
    return found.get(unit) or BalanceInfo(unit, 0, 0, 0, 0)


def awarded(outcomes: Sequence[Any]) -> int:
    """What outcomes of sales gave in all."""
    return sum(award.amount for outcome in outcomes for award in outcome.awards)
