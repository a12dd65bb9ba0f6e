"""Tiers as sales, refunds and time make them; two brands throughout."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from programs.models import TierLadder
from programs.selectors.tiers import find_ladder, tier_card, tier_counts, tier_members
from programs.services import (
    merge_customers,
    record_participation,
    record_sale,
    refund_sale,
    request_adjustment,
)
from programs.services.standings import CUSTOMERS_A_STEP, judge_customers, walk
from programs.services.tiers import set_ladder
from programs.services.withdrawals import withdraw_participation
from programs.tiers import Tier
from smartbis.customers.selectors import memberships_of
from smartbis.customers.services import erase_customer
from smartbis.kernel.clock import frozen
from smartbis.kernel.errors import InvalidInput
from smartbis.outbox.models import Event as EventRow
from smartbis.outbox.work import drain_queue
from smartbis.purchases.infos import SaleDraft
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer, store_of
from tests.imports.loading import load, take_back
from tests.programs.conftest import make_points
from tests.unchanged import unchanged

TIERS = (Tier("silver", "Prata", 10_000), Tier("gold", "Ouro", 50_000))
MAY = datetime(2026, 5, 4, 12, tzinfo=UTC)


def ladder(brand: TenantInfo, **given: Any) -> None:
    policy: dict[str, Any] = {
        "tiers": TIERS,
        "measure": "spend",
        "window": "calendar_year",
        "keep": "period_end",
        "fall": "earned",
        "warn_days": 30,
    }
    set_ladder(tenant=brand.id, actor=actor("owner"), **(policy | given))
    while walk(tenant=brand.id):
        pass


def sell(brand: TenantInfo, customer: Any, amount: int, number: str, **given: Any) -> Any:
    sale = SaleDraft(
        customer=customer.id,
        store=store_of(brand).id,
        amount_minor=amount,
        currency="BRL",
        external_id=number,
        **given,
    )
    outcome = record_sale(tenant=brand.id, sale=sale)
    drain_queue("relay")
    return outcome


def tier_of(brand: TenantInfo, customer: Any) -> str:
    belongs = memberships_of(tenant=brand.id, customer=customer.id)
    keys = [key for kind, key in belongs if kind == "tier"]
    assert len(keys) <= 1
    return keys[0] if keys else ""


def events(brand: TenantInfo, prefix: str = "tier.") -> list[tuple[str, dict[str, Any]]]:
    with tenant_scope(brand.id):
        rows = EventRow.objects.filter(name__startswith=prefix).order_by("recorded_at", "id")
        return [(row.name, row.payload) for row in rows]


def test_a_sale_lifts_and_a_refund_falls_at_the_periods_end(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with frozen(MAY):
        ladder(aurora)
        ladder(boreal)
        ana, stranger = make_customer(aurora), make_customer(boreal)
        sale = sell(aurora, ana, 60_000, "1")
        assert (tier_of(aurora, ana), tier_of(boreal, stranger)) == ("gold", "")
        card = tier_card(tenant=aurora.id, customer=ana.id, changes=5)
        assert card is not None
        assert (card.tier, card.figure, card.next, card.share) == (TIERS[1], 60_000, None, 100)
        refund_sale(tenant=aurora.id, purchase=sale.purchase.id, external_id="r", amount_minor=45_000, actor=actor())
        drain_queue("relay")
        assert tier_of(aurora, ana) == "gold"
    assert [name for name, _ in events(aurora)] == ["tier.reached.v1"]
    with frozen(datetime(2026, 12, 2, 12, tzinfo=UTC)):
        drain_queue("relay")
        name, told = events(aurora)[-1]
        assert (name, told["missing"], told["ends_at"]) == ("tier.ending.v1", 35_000, "2027-01-01T03:00:00+00:00")
        drain_queue("relay")
        assert len(events(aurora)) == 2
    with frozen(datetime(2027, 1, 1, 3, 0, 1, tzinfo=UTC)):
        drain_queue("relay")
        assert tier_of(aurora, ana) == "silver"
    fell = [(name, told["tier"], told["is_fall"]) for name, told in events(aurora)[2:]]
    assert fell == [("tier.left.v1", "gold", True), ("tier.reached.v1", "silver", True)]
    assert events(boreal) == []


def test_what_was_paid_and_kept_is_spent_by_when_it_happened(aurora: TenantInfo) -> None:
    with frozen(MAY):
        ladder(aurora)
        ana = make_customer(aurora)
        sell(aurora, ana, 60_000, "1", voucher_discount_minor=20_000)
        assert (tier_of(aurora, ana), _figure(aurora, ana)) == ("silver", 40_000)
        sell(aurora, ana, 90_000, "2", occurred_at=datetime(2025, 12, 31, 12, tzinfo=UTC))
        assert (tier_of(aurora, ana), _figure(aurora, ana)) == ("silver", 40_000)
        sell(aurora, ana, 90_000, "3", status="pending")
        assert tier_of(aurora, ana) == "silver"


def _figure(brand: TenantInfo, customer: Any) -> int:
    card = tier_card(tenant=brand.id, customer=customer.id)
    assert card is not None
    return card.figure


def test_points_count_less_what_refunds_took_and_purchases_count_by_number(aurora: TenantInfo) -> None:
    with frozen(MAY):
        make_points(aurora)
        ladder(aurora, measure="points", tiers=(Tier("a", "A", 100), Tier("b", "B", 300)))
        ana = make_customer(aurora)
        sale = sell(aurora, ana, 31_000, "1")
        assert (tier_of(aurora, ana), _figure(aurora, ana)) == ("b", 310)
        refund_sale(tenant=aurora.id, purchase=sale.purchase.id, external_id="r", amount_minor=6_000, actor=actor())
        drain_queue("relay")
        assert _figure(aurora, ana) == 250
        ladder(aurora, measure="purchases", tiers=(Tier("a", "A", 1), Tier("b", "B", 2)), keep="while_earned")
        assert (tier_of(aurora, ana), _figure(aurora, ana)) == ("a", 1)


def test_a_changed_ladder_judges_everybody_and_only_at_home(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with frozen(MAY):
        people = [make_customer(aurora) for _ in range(3)]
        stranger = make_customer(boreal)
        for number, person in enumerate(people):
            sell(aurora, person, 20_000 * (number + 1), str(number))
        sell(boreal, stranger, 90_000, "1")
        with unchanged(boreal):
            ladder(aurora)
        assert [tier_of(aurora, each) for each in people] == ["silver", "silver", "gold"]
        assert tier_counts(tenant=aurora.id) == {"silver": 2, "gold": 1}
        assert {told["cause"] for _, told in events(aurora)} == {"ladder"}
        found = find_ladder(tenant=aurora.id)
        assert found is not None
        assert (found.walk_done, found.walk_total, found.walked_at) == (3, 3, MAY)
        ladder(aurora, tiers=(Tier("all", "Todos", 0), *TIERS))
        newcomer = make_customer(aurora)
        drain_queue("relay")
        assert tier_of(aurora, newcomer) == "all"
        ladder(aurora, tiers=())
        assert [tier_of(aurora, each) for each in people] == ["", "", ""]
        assert find_ladder(tenant=aurora.id) is None
    assert tier_of(boreal, stranger) == ""


def test_judging_takes_the_same_queries_for_two_customers_and_for_twenty(aurora: TenantInfo) -> None:
    with frozen(MAY):
        ladder(aurora)
        counts = []
        for size in (2, 20):
            people = [make_customer(aurora) for _ in range(size)]
            for number, person in enumerate(people):
                for again in range(2):
                    sale = SaleDraft(
                        customer=person.id,
                        store=store_of(aurora).id,
                        amount_minor=30_000,
                        currency="BRL",
                        external_id=f"{size}-{number}-{again}",
                    )
                    record_sale(tenant=aurora.id, sale=sale)
            with CaptureQueriesContext(connection) as queries:
                assert judge_customers(tenant=aurora.id, customers=[each.id for each in people]) == size
            counts.append(len(queries))
        assert counts[0] == counts[1] <= 16
        with CaptureQueriesContext(connection) as queries:
            assert judge_customers(tenant=aurora.id, customers=[people[0].id]) == 0
        assert len(queries) <= 12


def test_a_walk_goes_in_steps_and_starts_over_when_the_ladder_changes(
    aurora: TenantInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert CUSTOMERS_A_STEP == 1_000
    monkeypatch.setattr("programs.services.standings.CUSTOMERS_A_STEP", 2)
    with frozen(MAY):
        people = [make_customer(aurora) for _ in range(5)]
        for number, person in enumerate(people):
            sell(aurora, person, 60_000, str(number))
        set_ladder(
            tenant=aurora.id,
            tiers=TIERS,
            measure="spend",
            window="rolling",
            keep="for_ever",
            fall="earned",
            actor=actor("owner"),
        )
        assert walk(tenant=aurora.id)
        found = find_ladder(tenant=aurora.id)
        assert found is not None
        assert (found.walk_done, found.walked_at) == (2, None)
        assert drain_queue("bulk") >= 1
        assert tier_counts(tenant=aurora.id) == {"gold": 5}
        page = tier_members(tenant=aurora.id, tier="gold", limit=3)
        rest = tier_members(tenant=aurora.id, tier="gold", cursor=page.next_cursor, limit=3)
        assert {each.customer_id for each in (*page.items, *rest.items)} == {each.id for each in people}


def test_who_was_erased_is_judged_no_more(aurora: TenantInfo) -> None:
    with frozen(MAY):
        ladder(aurora)
        ana = make_customer(aurora)
        sell(aurora, ana, 60_000, "1")
        erase_customer(tenant=aurora.id, customer=ana.id, actor=actor("owner"))
        drain_queue("relay")
        assert tier_counts(tenant=aurora.id) == {}
    with frozen(MAY + timedelta(days=400)):
        drain_queue("relay")
        assert judge_customers(tenant=aurora.id, customers=[ana.id]) == 0


def test_two_records_of_one_person_are_judged_together_and_the_higher_tier_stays(aurora: TenantInfo) -> None:
    with frozen(MAY):
        ladder(aurora)
        ana, same = make_customer(aurora), make_customer(aurora)
        gold = sell(aurora, same, 60_000, "1")
        refund_sale(tenant=aurora.id, purchase=gold.purchase.id, external_id="r", amount_minor=55_000, actor=actor())
        sell(aurora, ana, 20_000, "2")
        merge_customers(tenant=aurora.id, into=ana.id, other=same.id, actor=actor("owner"))
        drain_queue("relay")
        assert (tier_of(aurora, ana), _figure(aurora, ana)) == ("gold", 25_000)
        assert tier_counts(tenant=aurora.id) == {"gold": 1}
    with frozen(datetime(2027, 1, 1, 3, 0, 1, tzinfo=UTC)):
        drain_queue("relay")
        assert tier_of(aurora, ana) == "silver"


@pytest.mark.parametrize("who_stays", ["the one with the longer term", "the other"])
def test_of_the_same_tier_twice_the_longer_term_stays(aurora: TenantInfo, boreal: TenantInfo, who_stays: str) -> None:
    ladder(aurora, window="rolling", keep="days", keep_days=365)
    early, late = make_customer(aurora), make_customer(aurora)
    with frozen(MAY):
        sell(aurora, early, 20_000, "1")
    with frozen(MAY + timedelta(days=300)):
        sell(aurora, late, 20_000, "2")
        into, other = (late, early) if who_stays == "the one with the longer term" else (early, late)
        with unchanged(boreal, rooms=("programs", "customers")):
            merge_customers(tenant=aurora.id, into=into.id, other=other.id, actor=actor("owner"))
            drain_queue("relay")
        card = tier_card(tenant=aurora.id, customer=into.id)
        assert card is not None
        assert (tier_of(aurora, into), card.keep_until) == ("silver", MAY + timedelta(days=665))
        assert card.reached_at == MAY + timedelta(days=300)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"tiers": (TIERS[1], TIERS[0])}, "tiers"),
        ({"tiers": (Tier("Silver!", "Prata", 1),)}, "tiers"),
        ({"tiers": (TIERS[0], TIERS[0])}, "tiers"),
        ({"tiers": (Tier("a", "A", 1, colour="red"),)}, "tiers"),
        ({"window": "rolling", "keep": "period_end"}, "keep"),
        ({"keep": "while_earned", "fall": "one_step"}, "fall"),
        ({"window_days": 0}, "window_days"),
        ({"window": "rolling", "window_days": 30, "keep": "while_earned"}, "warn_days"),
        ({"keep": "days", "keep_days": 30}, "warn_days"),
        ({"warn_days": 365}, "warn_days"),
        ({"measure": "steps"}, "measure"),
    ],
)
def test_a_ladder_that_cannot_be_is_refused(aurora: TenantInfo, given: dict[str, Any], field: str) -> None:
    with unchanged(aurora, rooms=("programs",)), pytest.raises(InvalidInput) as refused:
        ladder(aurora, **given)
    assert field in refused.value.errors


def test_a_ladder_that_would_warn_of_an_end_at_every_purchase_does_not(aurora: TenantInfo, boreal: TenantInfo) -> None:
    for brand in (aurora, boreal):
        ladder(brand, window="rolling", window_days=30, keep="while_earned", warn_days=10)
    with tenant_scope(aurora.id):
        TierLadder.objects.update(warn_days=30)  # from before this was refused
    people = {brand.id: make_customer(brand) for brand in (aurora, boreal)}
    for day in range(3):
        with frozen(MAY + timedelta(days=day)):
            for brand in (aurora, boreal):
                sell(brand, people[brand.id], 10_000, f"{day}")
    with frozen(MAY + timedelta(days=22, hours=1)):
        drain_queue("relay")
    assert [name for name, _ in events(aurora)] == ["tier.reached.v1"]
    assert [name for name, _ in events(boreal)] == ["tier.reached.v1", "tier.ending.v1"]


@pytest.mark.django_db(transaction=True)
def test_two_judges_of_one_customer_agree() -> None:
    from tests.factories import make_brand
    from tests.racing import race

    aurora = make_brand("aurora", "Café Aurora")
    make_brand("boreal", "Clube Boreal")
    ladder(aurora, window="rolling", keep="for_ever")
    ana = make_customer(aurora)
    sale = SaleDraft(customer=ana.id, store=store_of(aurora).id, amount_minor=60_000, currency="BRL", external_id="1")
    record_sale(tenant=aurora.id, sale=sale)
    answers = race(*[lambda: judge_customers(tenant=aurora.id, customers=[ana.id])] * 6)
    assert sorted(answers) == [0, 0, 0, 0, 0, 1]  # type: ignore[type-var]
    assert len(events(aurora)) == 1


def test_taking_part_counts_at_once_and_no_more_when_it_is_withdrawn(aurora: TenantInfo, boreal: TenantInfo) -> None:
    people = {}
    for brand in (aurora, boreal):
        make_points(brand, participations={"event": 60})
        ladder(brand, measure="points", keep="while_earned", tiers=(Tier("silver", "Prata", 50),))
        people[brand.id] = make_customer(brand)
    ana = people[aurora.id]
    drain_queue("relay")
    with unchanged(boreal, rooms=("programs",)):
        facts: dict[str, Any] = {"tenant": aurora.id, "customer": ana.id, "kind": "event", "external_id": "feira-1"}
        took_part = record_participation(**facts)
        drain_queue("relay")
        assert tier_of(aurora, ana) == "silver"
        record_participation(**facts)
        assert len(events(aurora, "participation.recorded")) == 1
        withdraw_participation(tenant=aurora.id, participation=took_part.id)
        drain_queue("relay")
    assert (tier_of(aurora, ana), tier_of(boreal, people[boreal.id])) == ("", "")
    told = {"participation_id": str(took_part.id), "customer_id": str(ana.id), "kind": "event"}
    assert events(aurora, "participation.") == [
        ("participation.recorded.v1", told),
        ("participation.withdrawn.v1", told),
    ]


def test_tier_points_brought_along_or_given_by_hand_count(aurora: TenantInfo, boreal: TenantInfo) -> None:
    people = {}
    for brand in (aurora, boreal):
        ladder(brand, measure="tier_points", keep="while_earned", tiers=(Tier("silver", "Prata", 50),))
        people[brand.id] = make_customer(brand, external_id="7")
    ana, stranger = people[aurora.id], people[boreal.id]
    drain_queue("relay")
    adjusting = {"tenant": aurora.id, "unit": "tier_points", "reason": "correction", "actor": actor("owner")}
    with unchanged(boreal, rooms=("programs", "ledger")):
        request_adjustment(customer=ana.id, amount=60, key="a", **adjusting)  # type: ignore[arg-type]
        drain_queue("relay")
        assert tier_of(aurora, ana) == "silver"
        request_adjustment(customer=ana.id, amount=-20, key="b", **adjusting)  # type: ignore[arg-type]
        drain_queue("relay")
        assert tier_of(aurora, ana) == ""
        request_adjustment(customer=ana.id, amount=900, key="c", **{**adjusting, "unit": "points"})  # type: ignore[arg-type]
        rows = "customer_external_id,amount,unit\n7,10,tier_points\n"
        columns = {each: each for each in ("customer_external_id", "amount", "unit")}
        brought = load(aurora, rows, "balances", mapping={"columns": columns, "source": "Old Club", "reason": "Moved"})
        assert (brought.made, brought.rows_failed) == (1, 0)
        drain_queue("relay"), drain_queue("bulk")
        assert tier_of(aurora, ana) == "silver"
        take_back(aurora, brought)
        drain_queue("relay"), drain_queue("bulk")
        assert tier_of(aurora, ana) == ""
    assert tier_of(boreal, stranger) == ""
