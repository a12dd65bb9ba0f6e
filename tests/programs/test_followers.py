"""A sale owes a look only to what the brand uses; two brands throughout."""

from uuid import UUID

from programs.services import record_sale, record_sales
from programs.services.tiers import set_ladder
from programs.tiers import Tier
from smartbis.outbox.models import Delivery
from smartbis.purchases.infos import SaleDraft
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer, store_of

TIERS, TOLD = "programs.reactions.tiers.on_purchase_recorded", "automations.on_purchase_recorded"


def sale(brand: TenantInfo, number: str, customer: UUID | None) -> SaleDraft:
    return SaleDraft(
        store=store_of(brand).id, customer=customer, amount_minor=5_000, currency="BRL", external_id=number
    )


def owed(brand: TenantInfo) -> list[str]:
    with tenant_scope(brand.id):
        rows = Delivery.objects.filter(event__name="purchase.recorded.v1").order_by("event_id", "subscriber")
        return list(rows.values_list("subscriber", flat=True))


def make_ladder(brand: TenantInfo) -> None:
    set_ladder(
        tenant=brand.id,
        tiers=(Tier("silver", "Prata", 10_000),),
        measure="spend",
        window="calendar_year",
        keep="period_end",
        fall="earned",
        warn_days=30,
        actor=actor("owner"),
    )


def test_a_sale_owes_a_look_only_to_what_its_brand_uses(aurora: TenantInfo, boreal: TenantInfo) -> None:
    make_ladder(boreal)
    for brand in (aurora, boreal):
        record_sale(tenant=brand.id, sale=sale(brand, "1", make_customer(brand).id))
    assert owed(aurora) == [TOLD]
    assert owed(boreal) == [TOLD, TIERS]


def test_sales_of_one_batch_are_judged_each(aurora: TenantInfo, boreal: TenantInfo) -> None:
    make_ladder(aurora)
    drafts = [sale(aurora, "1", make_customer(aurora).id), sale(aurora, "2", None)]
    record_sales(tenant=aurora.id, sales=drafts)
    assert owed(aurora) == [TOLD, TIERS]
    assert owed(boreal) == []


def test_what_begins_follows_from_the_next_sale_on(aurora: TenantInfo, boreal: TenantInfo) -> None:
    person = make_customer(aurora).id
    record_sale(tenant=aurora.id, sale=sale(aurora, "1", person))
    make_ladder(aurora)
    record_sale(tenant=aurora.id, sale=sale(aurora, "2", person))
    assert owed(aurora) == [TOLD, TOLD, TIERS]
    assert owed(boreal) == []
