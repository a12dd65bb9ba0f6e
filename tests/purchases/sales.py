"""Sales for tests."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from smartbis.customers.infos import Origin
from smartbis.customers.services import enrol_customer
from smartbis.outbox.models import Event
from smartbis.purchases.infos import ItemDraft, PurchaseInfo, SaleDraft
from smartbis.purchases.services import add_purchase
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import store_of

AT = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
ITEMS = (
    ItemDraft(sku="CAFE", name="Café 250 g", category="Café", quantity=2, unit_minor=2_990),
    ItemDraft(sku="BOLO", name="Bolo", category="Doces", quantity=1, unit_minor=1_010),
)


def customer_of(brand: TenantInfo, external_id: str = "C-1") -> UUID:
    """A new customer of the brand."""
    origin = Origin(channel="api")
    return enrol_customer(tenant=brand.id, name="Ana", external_id=external_id, origin=origin).id


def sale(brand: TenantInfo, **more: Any) -> SaleDraft:
    """A sale of R$ 69,90 at the brand's first store."""
    given = {
        "customer": None,
        "store": store_of(brand).id,
        "amount_minor": 6_990,
        "currency": "BRL",
        "external_id": "S-1",
        "occurred_at": AT,
        "items": ITEMS,
    }
    return SaleDraft(**{**given, **more})


def sold(brand: TenantInfo, **more: Any) -> PurchaseInfo:
    """A recorded sale."""
    return add_purchase(tenant=brand.id, draft=sale(brand, **more))[0]


def told(brand: TenantInfo, name: str) -> list[dict[str, Any]]:
    """The payloads of the brand's events of one name, oldest first."""
    with tenant_scope(brand.id):
        return list(Event.objects.filter(name=name).order_by("id").values_list("payload", flat=True))
