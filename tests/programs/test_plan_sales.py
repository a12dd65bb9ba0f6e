"""What the lines of a sale give and lose of a plan, as it is sold and given back; two brands."""

from datetime import timedelta
from typing import Any

from programs.services import record_sale, refund_sale
from programs.services.plan_catalogue import PlanTerms, change_plan
from smartbis.kernel.clock import frozen
from smartbis.outbox.work import drain_queue
from smartbis.purchases.infos import ItemDraft, PurchaseInfo, RefundItemDraft, SaleDraft
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer, store_of
from tests.programs.buying_plans import MAY, SKU, ends, events, plan, sell
from tests.unchanged import unchanged
from tests.vouchers.shop import coupon_of
from vouchers.selectors import vouchers_of


def sell_two_lines(brand: TenantInfo, customer: Any) -> PurchaseInfo:
    """One sale that holds the plan's article twice, on lines of their own."""
    line = ItemDraft(sku=SKU, quantity=1, unit_minor=12_000)
    sale = SaleDraft(
        customer=customer.id,
        store=store_of(brand).id,
        amount_minor=24_000,
        currency="BRL",
        external_id="two-lines",
        items=(line, line),
    )
    outcome = record_sale(tenant=brand.id, sale=sale)
    drain_queue("relay")
    return outcome.purchase


def give_back(brand: TenantInfo, sale: PurchaseInfo, sku: str, number: str) -> None:
    items = [RefundItemDraft(sku, 1)]
    refund_sale(tenant=brand.id, purchase=sale.id, external_id=number, items=items, actor=actor())
    drain_queue("relay")


def open_vouchers(brand: TenantInfo, customer: Any) -> int:
    return len(vouchers_of(tenant=brand.id, customer=customer.id, open_only=True))


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


def test_the_voucher_of_a_sale_stays_until_its_last_line_is_given_back(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with frozen(MAY):
        people = {}
        for brand in (aurora, boreal):
            plan(brand)
            coupon_of(brand, name="Member", given_with_plans=("socio",), limit_per_customer=9)
            people[brand.id] = make_customer(brand)
        ana, other = people[aurora.id], people[boreal.id]
        sale = sell_two_lines(aurora, ana)
        sell_two_lines(boreal, other)
        assert (ends(aurora, ana), open_vouchers(aurora, ana)) == (["2028-05-03"], 1)
        give_back(aurora, sale, SKU, "r1")
        assert (ends(aurora, ana), open_vouchers(aurora, ana)) == (["2027-05-03"], 1)
        give_back(aurora, sale, SKU, "r2")
        assert (ends(aurora, ana), open_vouchers(aurora, ana)) == ([], 0)
        assert open_vouchers(boreal, other) == 1


def test_two_plans_in_one_sale_keep_their_vouchers_apart(aurora: TenantInfo) -> None:
    with frozen(MAY):
        plan(aurora)
        plan(aurora, "cafe", name="Café", skus=("CAFE",))
        for key in ("socio", "cafe"):
            coupon_of(aurora, name=f"For {key}", given_with_plans=(key,), limit_per_customer=9)
        ana = make_customer(aurora)
        sale = sell(aurora, ana)
        assert open_vouchers(aurora, ana) == 2
        give_back(aurora, sale, SKU, "r1")
        (left,) = vouchers_of(tenant=aurora.id, customer=ana.id, open_only=True)
        assert left.coupon_name == "For cafe"
