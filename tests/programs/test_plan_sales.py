"""What the lines of a sale give and lose of a plan, as it is sold and given back; two brands."""

from datetime import timedelta

from programs.services import refund_sale
from programs.services.plan_catalogue import PlanTerms, change_plan
from smartbis.kernel.clock import frozen
from smartbis.outbox.work import drain_queue
from smartbis.purchases.infos import PurchaseInfo, RefundItemDraft
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer
from tests.programs.buying_plans import MAY, SKU, ends, events, plan, sell
from tests.unchanged import unchanged


def give_back(brand: TenantInfo, sale: PurchaseInfo, sku: str, number: str) -> None:
    items = [RefundItemDraft(sku, 1)]
    refund_sale(tenant=brand.id, purchase=sale.id, external_id=number, items=items, actor=actor())
    drain_queue("relay")


def test_a_refund_starts_no_plan_for_an_article_that_became_the_plans_later(
    aurora: TenantInfo, boreal: TenantInfo
) -> None:
    with frozen(MAY):
        plan(aurora, skus=())
        plan(boreal)
        ana, other = make_customer(aurora), make_customer(boreal)
        sale, bought = sell(aurora, ana, quantity=2), sell(boreal, other, quantity=2)
        assert ends(aurora, ana) == []
    with frozen(MAY + timedelta(days=60)):
        terms = PlanTerms(name="Sócio", price_minor=12_000, skus=(SKU,))
        change_plan(tenant=aurora.id, key="socio", terms=terms, actor=actor("owner"))
        with unchanged(boreal, rooms=("programs",)):
            give_back(aurora, sale, "CAFE", "r1")
        assert (ends(aurora, ana), events(aurora)) == ([], [])
        give_back(boreal, bought, "CAFE", "r1")
        assert ends(boreal, other) == ["2028-05-03"]
        sell(aurora, ana, "2")
        assert ends(aurora, ana) == ["2027-07-02"]
