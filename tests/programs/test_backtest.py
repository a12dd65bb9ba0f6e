"""Backtests: what the live rules gave is found again to the cent, and a draft is held against it."""

import os
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from programs.backtest import (
    BacktestEnded,
    BacktestInfo,
    BacktestNotFound,
    TooManyBacktests,
    backtests_page,
    customers_csv,
    get_backtest,
    most_changed,
    start_backtest,
    stop_backtest,
)
from programs.backtest.runner import work_on_backtests
from programs.models import Award, Backtest
from programs.rules import InvalidRule
from programs.services import cancel_sale, open_program, publish_rule, record_sale, refund_sale, set_program_status
from smartbis.customers.services import set_membership
from smartbis.kernel.clock import frozen, now
from smartbis.kernel.errors import InvalidInput, PermissionMissing
from smartbis.kernel.ids import new_id
from smartbis.purchases.infos import ItemDraft, RefundItemDraft, SaleDraft
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_brand, make_customer, store_of
from tests.programs.conftest import make_cashback
from tests.programs.test_record_sale import draft

OWNER = actor("owner")
TEN = {"effect": {"kind": "percentage", "basis_points": 1000}}


def tried(brand: TenantInfo, program: UUID, spec: Any, *, days: int = 400) -> BacktestInfo:
    """A backtest that has run to its end over the last days."""
    today = now().date() + timedelta(days=1)
    since = today - timedelta(days=days)
    with frozen(now() + timedelta(days=1)):
        found = start_backtest(tenant=brand.id, program=program, spec=spec, since=since, until=today, actor=OWNER)
        while work_on_backtests(tenant=brand.id):
            pass
        return get_backtest(tenant=brand.id, backtest=found.id)


def test_a_draft_is_held_beside_the_live_rules(aurora: TenantInfo, boreal: TenantInfo) -> None:
    program, other = make_cashback(aurora), make_cashback(boreal)
    customer, second, stranger = make_customer(aurora), make_customer(aurora), make_customer(boreal)
    sale = record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 10_000)).purchase
    record_sale(tenant=aurora.id, sale=draft(aurora, second.id, 5_000, "2"))
    record_sale(tenant=boreal.id, sale=draft(boreal, stranger.id, 77_777))
    refund_sale(tenant=aurora.id, purchase=sale.id, external_id="r", amount_minor=4_000, actor=OWNER)
    found = tried(aurora, program.id, TEN)
    assert found.status == "done"
    result = found.result
    assert (result["sales"], result["sales_minor"], result["refunded_minor"]) == (2, 15_000, 4_000)
    assert (result["live"]["granted"], result["live"]["reversed"], result["live"]["cost_minor"]) == (3_000, 800, 2_200)
    assert (result["draft"]["net"], result["draft"]["share_bp"], result["difference_minor"]) == (1_100, 1_000, -1_100)
    assert result["fidelity"] == {"awards": 2, "equal": 2, "reasons": []}
    assert (result["customers"]["losing"], result["customers"]["bought"]) == (2, 2)
    assert [(each["key"], each["live"], each["draft"]) for each in result["by_store"]] == [("centro", 2_200, 1_100)]
    gaining, losing = most_changed(tenant=aurora.id, backtest=found.id)
    assert gaining == []
    assert [(each.customer_id, each.difference) for each in losing] == [(customer.id, -600), (second.id, -500)]
    assert "".join(customers_csv(tenant=aurora.id, backtest=found.id)).splitlines()[1].endswith("1200,600,-600")
    with pytest.raises(BacktestNotFound):
        get_backtest(tenant=boreal.id, backtest=found.id)
    assert backtests_page(tenant=boreal.id, program=other.id).items == ()


def test_only_the_period_is_replayed_but_limits_begin_as_they_stood(aurora: TenantInfo) -> None:
    capped = TEN | {"limits": {"per_customer": {"life": 1_500}}, "key": "base"}
    program = open_program(tenant=aurora.id, name="C", kind="cashback", spec={"rules": [capped]}, actor=OWNER)
    customer = make_customer(aurora)
    with frozen(now() - timedelta(days=2)):
        publish_at = now()
    with frozen(publish_at + timedelta(days=3)):
        record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 10_000))
    with frozen(publish_at + timedelta(days=60)):
        record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 10_000, "2"))
        found = tried(aurora, program.id, {"rules": [capped]}, days=10)
    result = found.result
    assert (result["sales"], result["live"]["net"], result["draft"]["net"]) == (1, 500, 500)
    assert result["fidelity"]["equal"] == 1
    (rule,) = result["rules"]
    assert (rule["draft"]["times_cut"], rule["draft"]["amount_cut"]) == (1, 500)


def test_what_the_ledger_did_not_give_has_a_reason(aurora: TenantInfo) -> None:
    program = make_cashback(aurora)
    customer = make_customer(aurora)
    set_program_status(tenant=aurora.id, program=program.id, status="paused", actor=OWNER)
    record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 1_000))
    set_program_status(tenant=aurora.id, program=program.id, status="live", actor=OWNER)
    record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 1_000, "2", occurred_at=now() - timedelta(days=9)))
    (first, second) = tried(aurora, program.id, TEN).result["fidelity"]["reasons"]
    assert {first["reason"], second["reason"]} == {"programme_paused", "before_first_version"}
    assert (first["replayed"], first["awarded"]) == (200, 0)


def test_a_backdated_membership_is_named(aurora: TenantInfo) -> None:
    gold = TEN | {"key": "gold", "when": {"tiers": ["gold"]}}
    program = open_program(tenant=aurora.id, name="C", kind="cashback", spec={"rules": [gold]}, actor=OWNER)
    customer = make_customer(aurora)
    record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 1_000))
    early = now() - timedelta(days=5)
    set_membership(tenant=aurora.id, customer=customer.id, kind="tier", key="gold", valid_from=early)
    (reason,) = tried(aurora, program.id, TEN).result["fidelity"]["reasons"]
    assert (reason["reason"], reason["times"]) == ("membership_changed", 1)


def test_spending_rules_of_a_draft_are_held_against_past_uses(aurora: TenantInfo) -> None:
    program = make_cashback(aurora)
    customer = make_customer(aurora)
    sale = draft(aurora, customer.id, 10_000, balance_used_minor=6_000)
    record_sale(tenant=aurora.id, sale=sale)
    spent = tried(aurora, program.id, {"rules": [TEN | {"key": "b"}], "spending": {"maximum_share_bp": 5000}}).result
    assert spent["spending"]["sales"]["lowered"] == 1
    assert spent["spending"]["sales"]["lowered_amount"] == 1_000


def test_a_backtest_can_be_stopped_and_refuses_what_cannot_be(aurora: TenantInfo) -> None:
    program = make_cashback(aurora)
    today = now().date() - timedelta(days=1)

    def ask(**more: Any) -> BacktestInfo:
        wanted: dict[str, Any] = {"spec": TEN, "since": today, "until": today, "actor": OWNER}
        return start_backtest(tenant=aurora.id, program=program.id, **(wanted | more))

    with pytest.raises(PermissionMissing):
        ask(actor=actor("operator"))
    with pytest.raises(InvalidInput):
        ask(until=today - timedelta(days=1))
    with pytest.raises(InvalidRule):
        ask(spec={"effect": {"kind": "per_unit", "points": 1, "minor": 1}})
    first = ask()
    assert stop_backtest(tenant=aurora.id, backtest=first.id, actor=OWNER).status == "stopped"
    assert not work_on_backtests(tenant=aurora.id)
    for _ in range(5):
        ask()
    with pytest.raises(TooManyBacktests):
        ask()
    while work_on_backtests(tenant=aurora.id):
        pass
    with pytest.raises(BacktestEnded):
        stop_backtest(tenant=aurora.id, backtest=ask_done(aurora), actor=OWNER)


def ask_done(brand: TenantInfo) -> UUID:
    """One that is through."""
    with tenant_scope(brand.id, read_only=True):
        return Backtest.objects.filter(status="done").values_list("id", flat=True)[0]


_ITEMS = some.lists(
    some.tuples(some.sampled_from(["x", "y"]), some.sampled_from(["wine", "bread"]), some.integers(1, 3)),
    min_size=1,
    max_size=3,
)
_SALE = some.fixed_dictionaries(
    {
        "who": some.integers(0, 1),
        "items": _ITEMS,
        "minor": some.integers(100, 9_999),
        "ago": some.integers(0, 40),
        "store": some.sampled_from(["centro", "moema"]),
    }
)
_BACK = some.fixed_dictionaries({"of": some.integers(0, 7), "part": some.integers(1, 100), "items": some.booleans()})
_PERIODS = some.dictionaries(some.sampled_from(["day", "week", "month", "life"]), some.integers(50, 900), max_size=2)
_LIMITS = some.fixed_dictionaries(
    {},
    optional={
        "per_purchase": some.integers(20, 300),
        "per_customer": _PERIODS,
        "per_rule": _PERIODS,
        "times_per_customer": some.dictionaries(some.sampled_from(["day", "month"]), some.integers(1, 2), max_size=1),
        "budget_minor": some.integers(50, 900),
    },
)
_WHEN = some.fixed_dictionaries(
    {},
    optional={
        "stores": some.just(["centro"]),
        "categories": some.just(["wine"]),
        "tiers": some.just(["gold"]),
        "purchases": some.fixed_dictionaries({"from": some.integers(1, 3)}),
        "birthday": some.just("month"),
        "minimum_minor": some.integers(0, 3_000),
        "weekdays": some.lists(some.integers(1, 7), min_size=1, max_size=5, unique=True),
    },
)
_EFFECT = some.one_of(
    some.fixed_dictionaries({"kind": some.just("percentage"), "basis_points": some.integers(1, 3_000)}),
    some.fixed_dictionaries({"kind": some.just("fixed"), "amount": some.integers(1, 400)}),
    some.fixed_dictionaries({"kind": some.just("multiplier"), "factor_bp": some.integers(10_001, 30_000)}),
    some.fixed_dictionaries({"kind": some.just("tier_points"), "points": some.just(1), "minor": some.just(100)}),
)
_RULE: Any = some.fixed_dictionaries(
    {"key": some.sampled_from("abcd"), "effect": _EFFECT},
    optional={
        "when": _WHEN,
        "limits": _LIMITS,
        "stacking": some.fixed_dictionaries(
            {"mode": some.sampled_from(["sum", "best", "exclusive"]), "priority": some.integers(0, 3)}
        ),
        "rounding": some.sampled_from(["half_up", "floor", "ceil"]),
        "base": some.sampled_from(["paid", "gross"]),
    },
)
_SETS = some.lists(_RULE, min_size=1, max_size=3, unique_by=lambda each: each["key"])


@settings(
    max_examples=int(os.environ.get("BACKTEST_EXAMPLES", "8")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
@given(
    sets=some.lists(_SETS, min_size=1, max_size=2),
    deeds=some.lists(_SALE | _BACK, min_size=1, max_size=14),
)
def test_the_live_rules_replayed_give_what_the_ledger_gave(
    sets: list[list[dict[str, Any]]], deeds: list[dict[str, Any]], db: None
) -> None:
    brand = make_brand(f"b{new_id().hex}", "Brand")
    people = [make_customer(brand, birthday=date(1990, 11, 3)), make_customer(brand)]
    long_ago = now() - timedelta(days=100)
    set_membership(tenant=brand.id, customer=people[0].id, kind="tier", key="gold", valid_from=long_ago)
    try:
        program = open_program(
            tenant=brand.id, name="C", kind="cashback", spec={"rules": sets[0]}, actor=OWNER, effective_at=long_ago
        )
    except InvalidRule:
        return
    sales: list[UUID] = []
    for number, deed in enumerate(deeds):
        if number == len(deeds) // 2 and len(sets) > 1:
            _publish(brand, program.id, sets[1])
        _done(brand, [each.id for each in people], deed, number, sales)
    found = tried(brand, program.id, {"rules": [TEN | {"key": "a"}]})
    assert found.status == "done"
    reasons = found.result["fidelity"]["reasons"]
    assert reasons == [], (sets, deeds, reasons)
    with tenant_scope(brand.id, read_only=True):
        rows = Award.objects.exclude(unit="tier_points").values_list("granted", "reversed")
        kept = (sum(row[0] for row in rows), sum(row[1] for row in rows))
    assert (found.result["live"]["granted"], found.result["live"]["reversed"]) == kept


def _publish(brand: TenantInfo, program: UUID, rules: list[dict[str, Any]]) -> None:
    try:
        publish_rule(tenant=brand.id, program=program, spec={"rules": rules}, actor=OWNER)
    except InvalidRule:
        return


def _done(brand: TenantInfo, people: list[UUID], deed: dict[str, Any], number: int, sales: list[UUID]) -> None:
    if "who" not in deed:
        if sales:
            _undo(brand, sales[deed["of"] % len(sales)], deed, number)
        return
    items = tuple(
        ItemDraft(sku=sku, category=kind, quantity=n, unit_minor=deed["minor"]) for sku, kind, n in deed["items"]
    )
    total = sum(each.quantity * each.unit_minor for each in items)
    sale = SaleDraft(
        customer=people[deed["who"]],
        store=store_of(brand, deed["store"]).id,
        amount_minor=max(1, total - deed["ago"]),
        currency="BRL",
        external_id=f"s{number}",
        items=items,
        occurred_at=now() - timedelta(days=deed["ago"]),
        status="pending" if deed["minor"] % 5 == 0 else "confirmed",
    )
    sales.append(record_sale(tenant=brand.id, sale=sale).purchase.id)


def _undo(brand: TenantInfo, purchase: UUID, deed: dict[str, Any], number: int) -> None:
    from smartbis.kernel.errors import DomainError
    from smartbis.purchases.selectors import get_purchase

    sale = get_purchase(tenant=brand.id, purchase=purchase)
    try:
        if sale.status == "pending":
            cancel_sale(tenant=brand.id, purchase=purchase)
        elif deed["items"]:
            back = (RefundItemDraft(position=sale.items[0].position, sku=sale.items[0].sku, quantity=1),)
            refund_sale(tenant=brand.id, purchase=purchase, external_id=f"r{number}", items=back, actor=OWNER)
        else:
            left = sale.amount_minor - sale.refunded_minor
            amount = max(1, left * deed["part"] // 100)
            refund_sale(tenant=brand.id, purchase=purchase, external_id=f"r{number}", amount_minor=amount, actor=OWNER)
    except DomainError:
        return
