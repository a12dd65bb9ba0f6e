"""Plans: how periods come, go on, are taken back and lapse; two brands throughout."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from programs.errors import PlanNotForPoints, PlanNotFound, PlanPeriodNotFound, PlanSourceConflict
from programs.models import PlanMember
from programs.selectors.plans import current_plans, customer_plans, plan_members
from programs.services import confirm_sale, merge_customers, record_participation, record_sale, refund_sale
from programs.services.plan_sales import sync_sale
from programs.services.plans import (
    buy_plan_with_points,
    confirm_payment,
    grant_plan,
    start_period,
    withdraw_plan,
)
from smartbis.customers.errors import CustomerNotFound
from smartbis.customers.services import erase_customer
from smartbis.kernel.clock import frozen
from smartbis.kernel.errors import InvalidInput
from smartbis.ledger.errors import InsufficientBalance
from smartbis.ledger.selectors import balances, check_ledger
from smartbis.outbox.work import drain_queue
from smartbis.purchases.infos import ItemDraft, RefundItemDraft, SaleDraft
from smartbis.purchases.selectors import find_purchase
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_brand, make_customer, store_of
from tests.programs.buying_plans import MAY, SKU, ends, events, has_plan, plan, sell
from tests.programs.conftest import make_points
from tests.racing import race
from tests.unchanged import unchanged


def test_the_sale_of_its_article_buys_a_plan_and_renews_it(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with frozen(MAY):
        plan(aurora)
        plan(boreal, skus=("OUTRO",))
        ana, stranger = make_customer(aurora), make_customer(boreal)
        with unchanged(boreal, rooms=("programs",)):
            sell(aurora, ana)
        assert (ends(aurora, ana), has_plan(aurora, ana)) == (["2027-05-03"], True)
        sell(boreal, stranger)
        assert ends(boreal, stranger) == []
        sell(aurora, ana, "2", quantity=2)
        assert ends(aurora, ana) == ["2029-05-03"]
        assert events(aurora) == ["started", "renewed"]
        (member,) = current_plans(tenant=aurora.id, customer=ana.id)
        assert (member.state, member.started_at) == ("active", MAY)
        periods = customer_plans(tenant=aurora.id, customer=ana.id, with_periods=True).periods
        assert [(each.cause, each.plan_key) for each in periods] == [("sale", "socio")] * 3


def test_a_refund_of_the_article_takes_exactly_its_period_back(aurora: TenantInfo) -> None:
    with frozen(MAY):
        plan(aurora)
        ana = make_customer(aurora)
        sale = sell(aurora, ana, quantity=3)
        assert ends(aurora, ana) == ["2029-05-03"]
        refund_sale(
            tenant=aurora.id,
            purchase=sale.id,
            external_id="r1",
            items=[RefundItemDraft(SKU, 1)],
            actor=actor(),
        )
        drain_queue("relay")
        assert ends(aurora, ana) == ["2028-05-03"]
        refund_sale(
            tenant=aurora.id, purchase=sale.id, external_id="r2", items=[RefundItemDraft("CAFE", 1)], actor=actor()
        )
        drain_queue("relay")
        assert ends(aurora, ana) == ["2028-05-03"]
        left = sale.amount_minor - 12_500
        refund_sale(tenant=aurora.id, purchase=sale.id, external_id="r3", amount_minor=left, actor=actor())
        drain_queue("relay")
        assert (ends(aurora, ana), has_plan(aurora, ana)) == ([], False)
        assert events(aurora)[-1] == "lapsed"
        for _ in range(2):
            sync_sale(tenant=aurora.id, purchase=sale.id)
        assert events(aurora).count("lapsed") == 1


def test_an_earlier_sale_that_is_given_back_leaves_the_later_from_its_own_day(aurora: TenantInfo) -> None:
    with frozen(MAY):
        plan(aurora)
        ana = make_customer(aurora)
        first = sell(aurora, ana, "1")
    with frozen(MAY + timedelta(days=30)):
        sell(aurora, ana, "2")
        assert ends(aurora, ana) == ["2028-05-03"]
        refund_sale(tenant=aurora.id, purchase=first.id, external_id="r", amount_minor=12_500, actor=actor())
        drain_queue("relay")
        assert ends(aurora, ana) == ["2027-06-02"]
        late = sell(aurora, ana, "3", occurred_at=MAY - timedelta(days=100))
        assert late.occurred_at < MAY
        assert ends(aurora, ana) == ["2028-01-23"]


def test_a_pending_sale_counts_once_it_is_paid(aurora: TenantInfo) -> None:
    with frozen(MAY):
        plan(aurora)
        ana = make_customer(aurora)
        sale = sell(aurora, ana, status="pending")
        assert ends(aurora, ana) == []
        confirm_sale(tenant=aurora.id, purchase=sale.id)
        drain_queue("relay")
        assert ends(aurora, ana) == ["2027-05-03"]


def test_a_payment_is_booked_once_for_its_reference(aurora: TenantInfo) -> None:
    with frozen(MAY):
        plan(aurora)
        ana, bia = make_customer(aurora), make_customer(aurora)
        pay: dict[str, Any] = {
            "tenant": aurora.id,
            "plan_key": "socio",
            "amount_minor": 12_000,
            "reference": "E123 456",
            "actor": actor(),
        }
        first = confirm_payment(customer=ana.id, **pay)
        again = confirm_payment(customer=ana.id, **(pay | {"reference": " e123  456 "}))
        assert first == again
        assert events(aurora) == ["started"]
        (period,) = first.periods
        assert (period.reference, period.amount_minor, period.actor) == ("E123 456", 12_000, "Manager")
        assert "123" not in period.source.replace("payment:", "")[:3]
        with unchanged(aurora, rooms=("programs",)):
            with pytest.raises(PlanSourceConflict):
                confirm_payment(customer=bia.id, **pay)
            with pytest.raises(PlanSourceConflict):
                confirm_payment(customer=ana.id, **(pay | {"amount_minor": 1}))


def test_points_buy_a_period_or_nothing_happens_and_come_back_when_it_is_withdrawn(aurora: TenantInfo) -> None:
    with frozen(MAY):
        make_points(aurora)
        plan(aurora, price_points=120)
        plan(aurora, "money", skus=())
        ana = make_customer(aurora)
        buy: dict[str, Any] = {"tenant": aurora.id, "customer": ana.id, "plan_key": "socio", "actor": actor()}
        with unchanged(aurora, rooms=("programs", "ledger")), pytest.raises(InsufficientBalance):
            buy_plan_with_points(key="k", **buy)
        for number in range(3):
            record_participation(tenant=aurora.id, customer=ana.id, kind="event", external_id=str(number))
        bought = buy_plan_with_points(key="k", **buy)
        assert buy_plan_with_points(key="k", **buy) == bought
        assert _points(aurora, ana) == 30
        assert ends(aurora, ana) == ["2027-05-03"]
        with pytest.raises(InsufficientBalance):
            buy_plan_with_points(key="k2", **buy)
        with pytest.raises(PlanNotForPoints):
            buy_plan_with_points(key="k3", **(buy | {"plan_key": "money"}))
        take: dict[str, Any] = {"tenant": aurora.id, "customer": ana.id, "source": "points:k", "reason": "engano"}
        for _ in range(2):
            withdraw_plan(actor=actor(), **take)
        assert (_points(aurora, ana), ends(aurora, ana)) == (150, [])
        assert check_ledger(tenant=aurora.id).ok


def _points(brand: TenantInfo, customer: Any) -> int:
    return {each.unit: each.available for each in balances(tenant=brand.id, customer=customer.id)}["points"]


def test_a_rule_starts_a_period_once_for_its_source(aurora: TenantInfo) -> None:
    with frozen(MAY):
        plan(aurora)
        ana, bia = make_customer(aurora), make_customer(aurora)
        give: dict[str, Any] = {"tenant": aurora.id, "plan_key": "socio", "source": "award:1", "periods": 2}
        for _ in range(2):
            assert isinstance(start_period(customer=ana.id, **give), PlanMember)
        assert ends(aurora, ana) == ["2028-05-03"]
        with pytest.raises(PlanSourceConflict):
            start_period(customer=bia.id, **give)
        with pytest.raises(PlanNotFound):
            start_period(customer=bia.id, **(give | {"plan_key": "nothing"}))
        with pytest.raises(InvalidInput):
            start_period(customer=bia.id, **(give | {"periods": 0, "source": "award:2"}))


def test_a_gift_has_a_reason_and_can_be_taken_back_but_a_sale_cannot(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with frozen(MAY):
        plan(aurora)
        plan(boreal)
        ana, stranger = make_customer(aurora), make_customer(boreal)
        give: dict[str, Any] = {"plan_key": "socio", "key": "n1", "actor": actor()}
        with pytest.raises(InvalidInput):
            grant_plan(tenant=aurora.id, customer=ana.id, reason=" ", **give)
        with pytest.raises(CustomerNotFound):
            grant_plan(tenant=aurora.id, customer=stranger.id, reason="fundadora", **give)
        grant_plan(tenant=aurora.id, customer=ana.id, reason="fundadora", **give)
        sale = sell(aurora, ana)
        withdraw_plan(tenant=aurora.id, customer=ana.id, source="grant:n1", reason="engano", actor=actor())
        assert ends(aurora, ana) == ["2027-05-03"]
        with pytest.raises(PlanPeriodNotFound):
            withdraw_plan(tenant=aurora.id, customer=ana.id, source=f"sale:{sale.id}:1", reason="engano", actor=actor())


def test_time_reminds_once_a_day_named_then_grace_then_lapse(aurora: TenantInfo) -> None:
    with frozen(MAY):
        plan(aurora, grace_days=5)
        ana = make_customer(aurora)
        sell(aurora, ana)
    end = datetime(2027, 5, 4, 3, tzinfo=UTC)
    for days, expected in ((31, 0), (30, 1), (20, 1), (7, 2), (1, 2), (-1, 2)):
        with frozen(end - timedelta(days=days) + timedelta(minutes=1)):
            drain_queue("relay")
            drain_queue("relay")
            assert events(aurora).count("ending") == expected
    with frozen(end + timedelta(days=4)):
        (member,) = current_plans(tenant=aurora.id, customer=ana.id)
        assert (member.state, has_plan(aurora, ana), member.days_left) == ("grace", True, 0)
    with frozen(end + timedelta(days=5, minutes=1)):
        drain_queue("relay")
        assert (ends(aurora, ana), has_plan(aurora, ana)) == ([], False)
        assert events(aurora) == ["started", "ending", "ending", "lapsed"]
        drain_queue("relay")
        assert events(aurora).count("lapsed") == 1
        sell(aurora, ana, "2")
        assert events(aurora)[-1] == "started"


def test_a_renewal_takes_part_in_the_programme(aurora: TenantInfo) -> None:
    with frozen(MAY):
        make_points(aurora, participations={"renewal": 40})
        plan(aurora, rewards_renewal=True)
        ana = make_customer(aurora)
        sell(aurora, ana, "1")
        before = _points(aurora, ana)
        sale = sell(aurora, ana, "2")
        assert _points(aurora, ana) - before == 125 + 40
        sync_sale(tenant=aurora.id, purchase=sale.id)
        start_period(tenant=aurora.id, customer=ana.id, plan_key="socio", source="award:9")
        assert _points(aurora, ana) - before == 125 + 40


def test_a_renewals_reward_goes_with_it_or_with_what_it_renewed(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with frozen(MAY):
        people = {}
        for brand in (aurora, boreal):
            make_points(brand, participations={"renewal": 40})
            plan(brand, rewards_renewal=True)
            people[brand.id] = make_customer(brand)
            sell(brand, people[brand.id], "1")
            sell(brand, people[brand.id], "2")
        ana, stays = people[aurora.id], _points(boreal, people[boreal.id])
        first, second = sell(aurora, ana, "3"), sell(aurora, ana, "4")
        assert _points(aurora, ana) == 4 * 125 + 3 * 40
        back: dict[str, Any] = {"tenant": aurora.id, "actor": actor(), "external_id": "r"}
        refund_sale(purchase=second.id, items=[RefundItemDraft("CAFE", 1)], **back)
        drain_queue("relay")
        assert _points(aurora, ana) == 4 * 125 - 5 + 3 * 40
        refund_sale(purchase=first.id, amount_minor=first.amount_minor, **back)
        drain_queue("relay")
        assert _points(aurora, ana) == 3 * 125 - 5 + 2 * 40
        for name in ("1", "2"):
            found = find_purchase(tenant=aurora.id, store=store_of(aurora).id, external_id=name)
            assert found
            refund_sale(purchase=found.id, amount_minor=found.amount_minor, **back)
            drain_queue("relay")
        assert _points(aurora, ana) == 125 - 5, "the one that is left renews nothing"
        assert ends(aurora, ana) == ["2027-05-03"]
        drain_queue("relay")
        assert _points(boreal, people[boreal.id]) == stays == 2 * 125 + 40
        assert check_ledger(tenant=aurora.id).ok


def test_a_renewals_reward_goes_when_staff_take_the_payment_back(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with frozen(MAY):
        for brand in (aurora, boreal):
            make_points(brand, participations={"renewal": 40})
            plan(brand, rewards_renewal=True)
        ana = make_customer(aurora)
        pay: dict[str, Any] = {"tenant": aurora.id, "customer": ana.id, "plan_key": "socio", "amount_minor": 12_000}
        confirm_payment(reference="pix-1", actor=actor(), paid_at=MAY - timedelta(days=1), **pay)
        paid = confirm_payment(reference="pix-2", actor=actor(), **pay).periods[0]
        assert _points(aurora, ana) == 40
        with unchanged(boreal, rooms=("programs", "ledger")):
            withdraw_plan(tenant=aurora.id, customer=ana.id, source=paid.source, reason="Estornado", actor=actor())
            drain_queue("relay")
        assert _points(aurora, ana) == 0
        assert ends(aurora, ana) == ["2027-05-02"]


def test_an_erased_person_leaves_no_words_behind(aurora: TenantInfo) -> None:
    with frozen(MAY):
        plan(aurora)
        ana = make_customer(aurora)
        confirm_payment(
            tenant=aurora.id,
            customer=ana.id,
            plan_key="socio",
            amount_minor=12_000,
            reference="Pix de Ana Souza",
            actor=actor(),
        )
        erase_customer(tenant=aurora.id, customer=ana.id, actor=actor("owner"))
        drain_queue("relay")
        (period,) = customer_plans(tenant=aurora.id, customer=ana.id, with_periods=True).periods
        assert (period.reference, period.amount_minor) == ("", 12_000)
    with frozen(MAY + timedelta(days=400)):
        drain_queue("relay")
        assert "lapsed" not in events(aurora)


def test_what_two_records_of_one_person_bought_lies_one_after_another(aurora: TenantInfo) -> None:
    with frozen(MAY):
        plan(aurora)
        ana, same = make_customer(aurora), make_customer(aurora)
        first = sell(aurora, same, "1")
        sell(aurora, ana, "2")
        assert (ends(aurora, ana), ends(aurora, same)) == (["2027-05-03"], ["2027-05-03"])
        merge_customers(tenant=aurora.id, into=ana.id, other=same.id, actor=actor("owner"))
        drain_queue("relay")
        assert ends(aurora, ana) == ["2028-05-03"]
        assert len(plan_members(tenant=aurora.id).items) == 1
        sync_sale(tenant=aurora.id, purchase=first.id)
        assert ends(aurora, ana) == ["2028-05-03"]
        refund_sale(tenant=aurora.id, purchase=first.id, external_id="r", amount_minor=12_500, actor=actor())
        drain_queue("relay")
        assert ends(aurora, ana) == ["2027-05-03"]


def test_what_three_records_of_one_person_bought_is_theirs_however_they_were_merged(
    aurora: TenantInfo, boreal: TenantInfo
) -> None:
    with frozen(MAY):
        plan(aurora)
        plan(boreal)
        one, two, three = (make_customer(aurora, name) for name in ("Ana", "Ana S", "Ana Souza"))
        neighbour = make_customer(boreal)
        sell(boreal, neighbour)
        sell(aurora, one, "1")
        merge_customers(tenant=aurora.id, into=two.id, other=one.id, actor=actor("owner"))
        drain_queue("relay")
        sell(aurora, three, "2")
        merge_customers(tenant=aurora.id, into=three.id, other=two.id, actor=actor("owner"))
        drain_queue("relay")
        assert ends(aurora, three) == ["2028-05-03"]
        assert len(plan_members(tenant=aurora.id).items) == 1
        assert ends(boreal, neighbour) == ["2027-05-03"]


@pytest.mark.django_db(transaction=True)
def test_two_tills_and_a_worker_at_once_give_each_period_once() -> None:
    aurora = make_brand("aurora", "Café Aurora")
    make_points(aurora)
    plan(aurora, price_points=100)
    ana = make_customer(aurora)
    for number in range(3):
        record_participation(tenant=aurora.id, customer=ana.id, kind="event", external_id=str(number))
    buys = [
        lambda key=key: buy_plan_with_points(
            tenant=aurora.id, customer=ana.id, plan_key="socio", key=key, actor=actor()
        )
        for key in ("a", "a", "b", "b")
    ]
    answers = race(*buys)
    refused = [each for each in answers if isinstance(each, InsufficientBalance)]
    assert len(refused) == 2
    assert _points(aurora, ana) == 50
    with tenant_scope(aurora.id):
        assert len(customer_plans(tenant=aurora.id, customer=ana.id, with_periods=True).periods) == 1
    sale = SaleDraft(
        customer=ana.id,
        store=store_of(aurora).id,
        amount_minor=24_000,
        currency="BRL",
        external_id="1",
        items=(ItemDraft(sku=SKU, quantity=2, unit_minor=12_000),),
    )
    purchase = record_sale(tenant=aurora.id, sale=sale).purchase
    race(*[lambda: sync_sale(tenant=aurora.id, purchase=purchase.id)] * 4)
    assert len(customer_plans(tenant=aurora.id, customer=ana.id, with_periods=True).periods) == 3
    assert check_ledger(tenant=aurora.id).ok
