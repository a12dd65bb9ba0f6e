"""Plans that are bought, for tests of what becomes of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from programs.selectors.plans import current_plans
from programs.services import record_sale
from programs.services.plan_catalogue import PlanTerms, create_plan
from smartbis.customers.selectors import memberships_of
from smartbis.outbox.models import Event as EventRow
from smartbis.outbox.work import drain_queue
from smartbis.purchases.infos import ItemDraft, SaleDraft
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, store_of

MAY = datetime(2026, 5, 4, 12, tzinfo=UTC)
SKU = "ANUIDADE"


def plan(brand: TenantInfo, key: str = "socio", **given: Any) -> None:
    terms: dict[str, Any] = {"name": "Sócio", "price_minor": 12_000, "skus": (SKU,), "reminder_days": (30, 7)}
    create_plan(tenant=brand.id, key=key, terms=PlanTerms(**(terms | given)), actor=actor("owner"))


def sell(brand: TenantInfo, customer: Any, number: str = "1", quantity: int = 1, **given: Any) -> Any:
    items = (ItemDraft(sku=SKU, quantity=quantity, unit_minor=12_000), ItemDraft(sku="CAFE", unit_minor=500))
    sale = SaleDraft(
        customer=customer.id,
        store=store_of(brand).id,
        amount_minor=12_000 * quantity + 500,
        currency="BRL",
        external_id=number,
        items=items,
        **given,
    )
    outcome = record_sale(tenant=brand.id, sale=sale)
    drain_queue("relay")
    return outcome.purchase


def ends(brand: TenantInfo, customer: Any) -> list[str]:
    """The last days of the customer's plans."""
    found = current_plans(tenant=brand.id, customer=customer.id)
    return [(each.ends_at - timedelta(hours=4)).date().isoformat() for each in found]


def has_plan(brand: TenantInfo, customer: Any, key: str = "socio") -> bool:
    return ("plan", key) in memberships_of(tenant=brand.id, customer=customer.id)


def events(brand: TenantInfo) -> list[str]:
    with tenant_scope(brand.id):
        rows = EventRow.objects.filter(name__startswith="plan.").order_by("recorded_at", "id")
        return [row.name.split(".")[1] for row in rows]
