"""Backtests: what the live rules gave is found again to the cent, and a draft is held against it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from programs.backtest import (
    BacktestEnded,
    BacktestInfo,
    BacktestNotFound,
    TooManyBacktests,
    backtests_page,
    customers_csv,
    differences_csv,
    get_backtest,
    listing,
    most_changed,
    start_backtest,
    stop_backtest,
)
from programs.backtest.runner import work_on_backtests
from programs.models import Backtest
from programs.rules import InvalidRule
from programs.rules.stacking import Candidate
from programs.services import open_program, record_sale, refund_sale, set_program_status
from smartbis.customers.services import set_membership
from smartbis.kernel.clock import frozen, now
from smartbis.kernel.errors import InvalidInput, PermissionMissing
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer
from tests.programs.conftest import make_cashback
from tests.programs.test_followers import make_ladder
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


def test_every_difference_is_listed_with_its_reason(
    aurora: TenantInfo, boreal: TenantInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "LINES_A_PACK", 3)
    program, theirs = make_cashback(aurora), make_cashback(boreal)
    for brand, one in ((aurora, program), (boreal, theirs)):
        customer = make_customer(brand)
        set_program_status(tenant=brand.id, program=one.id, status="paused", actor=OWNER)
        missed = [record_sale(tenant=brand.id, sale=draft(brand, customer.id, 1_000, str(each))) for each in range(8)]
        set_program_status(tenant=brand.id, program=one.id, status="live", actor=OWNER)
        record_sale(tenant=brand.id, sale=draft(brand, customer.id, 1_000, "paid"))
        if brand is aurora:
            mine = missed
    found = tried(aurora, program.id, TEN)
    (reason,) = found.result["fidelity"]["reasons"]
    assert (reason["times"], len(reason["examples"])) == (8, 5)
    header, *lines = "".join(differences_csv(tenant=aurora.id, backtest=found.id)).splitlines()
    assert header == "purchase_id,rule,reason,replayed,awarded"
    listed = sorted((UUID(line.split(",")[0]), *line.split(",")[2:]) for line in lines)
    assert listed == sorted((each.purchase.id, "programme_paused", "200", "0") for each in mine)
    with pytest.raises(BacktestNotFound):
        differences_csv(tenant=boreal.id, backtest=found.id)


def test_an_award_of_the_best_rule_without_a_look_at_limits_is_named(
    aurora: TenantInfo, boreal: TenantInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    capped = {"key": "fifth", "effect": {"kind": "percentage", "basis_points": 2000}, "limits": {"per_purchase": 50}}
    spec = {"rules": [each | {"stacking": {"mode": "best"}} for each in ({"key": "tenth", **TEN}, capped)]}
    programs = {}
    for brand in (aurora, boreal):
        opened = open_program(tenant=brand.id, name="C", kind="cashback", spec=spec, actor=OWNER)
        programs[brand.id] = opened.id
        with monkeypatch.context() as before:
            if brand is aurora:
                before.setattr(Candidate, "at_most", lambda _self, worth: worth)
            record_sale(tenant=brand.id, sale=draft(brand, make_customer(brand).id, 1_000))
    found = tried(aurora, programs[aurora.id], spec).result["fidelity"]
    assert {(each["reason"], each["replayed"], each["awarded"]) for each in found["reasons"]} == {
        ("best_chosen_otherwise", 100, 50)
    }
    assert tried(boreal, programs[boreal.id], spec).result["fidelity"] == {"awards": 1, "equal": 1, "reasons": []}


def test_a_backdated_membership_is_named(aurora: TenantInfo) -> None:
    make_ladder(aurora)
    gold = TEN | {"key": "gold", "when": {"tiers": ["silver"]}}
    program = open_program(tenant=aurora.id, name="C", kind="cashback", spec={"rules": [gold]}, actor=OWNER)
    customer = make_customer(aurora)
    record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 1_000))
    early = now() - timedelta(days=5)
    set_membership(tenant=aurora.id, customer=customer.id, kind="tier", key="silver", valid_from=early)
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
