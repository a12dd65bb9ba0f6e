"""Tier points say where somebody stands and are never spent: nobody is told that they are points to spend."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from automations import notices
from dashboard.brand.membership import figure as desk_figure
from insights.selectors import liability_report
from portal.belonging import figure as portal_figure
from programs.infos import SaleOutcome
from programs.selectors.receipts import receipt
from programs.services import refund_sale, request_adjustment
from smartbis.customers.infos import CustomerInfo
from smartbis.kernel.units import TIER_POINTS
from smartbis.ledger.selectors import balances
from smartbis.tenancy.selectors import TenantInfo
from tests.counter.conftest import fields_of, sign_in, text_of
from tests.dashboard import desk
from tests.factories import actor, make_customer, make_member
from tests.portal.conftest import enter  # noqa: F401
from tests.programs.earning import opened, sold

POINTS_RULE = {"key": "points", "effect": {"kind": "per_unit", "points": 1, "minor": 100}}
TIERS_RULE = {"key": "tiers", "effect": {"kind": "tier_points", "points": 1, "minor": 100}}


def club(brand: TenantInfo) -> CustomerInfo:
    """A brand where R$ 100 give 100 points and 100 tier points, and a customer of it."""
    opened(brand, POINTS_RULE, TIERS_RULE, kind="points")
    return make_customer(brand)


def slip(brand: TenantInfo, outcome: SaleOutcome) -> list[str]:
    return receipt(brand=brand, outcome=outcome, store_code="centro", locale="pt_BR").text.splitlines()[1:]


def test_a_receipt_says_which_points_are_of_the_tier(aurora: TenantInfo) -> None:
    earned, tier, held, hint = slip(aurora, sold(aurora, club(aurora), 10_000, "1"))
    assert (earned, tier) == ("Você ganhou 100 pontos.", "Você ganhou 100 pontos de nível.")
    assert (held, hint[:25]) == ("Saldo: 100 pontos.", "Use na próxima compra ou ")


def test_who_has_tier_points_alone_is_not_invited_to_spend_them(aurora: TenantInfo) -> None:
    opened(aurora, TIERS_RULE, kind="points")
    ana = make_customer(aurora)
    outcome = sold(aurora, ana, 10_000, "1")
    assert [line[:12] for line in slip(aurora, outcome)] == ["Você ganhou ", "Acompanhe em"]
    assert outcome.balances == ()
    assert sold(aurora, ana, 10_000, "1").balances == ()
    assert [(each.unit, each.available) for each in balances(tenant=aurora.id, customer=ana.id)] == [(TIER_POINTS, 100)]


def test_what_is_lacking_in_tier_points_is_no_debt_of_the_customer(aurora: TenantInfo) -> None:
    ana = club(aurora)
    sale = sold(aurora, ana, 10_000, "1").purchase
    taking = {"unit": TIER_POINTS, "amount": -80, "reason": "correction", "key": "a", "actor": actor("owner")}
    request_adjustment(tenant=aurora.id, customer=ana.id, **taking)  # type: ignore[arg-type]
    outcome = refund_sale(tenant=aurora.id, purchase=sale.id, external_id="r", amount_minor=10_000, actor=actor())
    assert [(each.unit, each.owed) for each in outcome.balances] == [("points", 0)]
    again = sold(aurora, ana, 1_000, "2")
    assert not [line for line in slip(aurora, again) if "descontar" in line]


def test_the_till_tells_them_apart(aurora: TenantInfo) -> None:
    ana = club(aurora)
    till = sign_in(aurora, make_member(aurora, "operator"))
    form = fields_of(till.get("/counter/search/", {"customer": str(ana.id)}), "/counter/sales/")
    said = text_of(till.post("/counter/sales/", form | {"amount": "100,00"}))
    assert "+100 pontos +100 pontos de nível" in said
    assert "Marina tem 100 pontos." in said
    card = text_of(till.get("/counter/search/", {"customer": str(ana.id)}))
    assert card.count("Saldo: 100 pontos") == 1
    assert "pontos de nível" not in card


def test_the_portal_shows_what_can_be_spent(
    aurora: TenantInfo,
    boreal: TenantInfo,
    enter: Callable[[TenantInfo, CustomerInfo], Client],  # noqa: F811
) -> None:
    ana, stranger = club(aurora), club(boreal)
    sold(aurora, ana, 10_000, "1")
    sold(boreal, stranger, 70_000, "1")
    browser = enter(aurora, ana)
    home, statement = text_of(browser.get("/p/aurora/")), text_of(browser.get("/p/aurora/statement/"))
    assert "Seu saldo 100 pontos" in home
    assert "Seu saldo 100 pontos 100" not in home
    assert "Pontos de nível recebidos" in home
    assert statement.count("Disponível 100 pontos") == 1
    assert "Pontos de nível recebidos" in statement
    assert "700 pontos" not in home + statement


def test_a_message_says_which_points_are_of_the_tier(aurora: TenantInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    said: dict[str, Any] = {}
    monkeypatch.setattr(notices, "queue_message", lambda **given: said.update(given["parameters"]))
    outcome = sold(aurora, club(aurora), 10_000, "1")
    notices.tell_purchase_credited(tenant=aurora.id, purchase=outcome.purchase.id)
    assert (said["earned"], said["balance"]) == ("100 pontos e 100 pontos de nível", "100 pontos")


def test_a_message_about_tier_points_alone_still_says_how_many_there_are(
    aurora: TenantInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: dict[str, Any] = {}
    monkeypatch.setattr(notices, "queue_message", lambda **given: said.update(given["parameters"]))
    opened(aurora, TIERS_RULE, kind="points")
    outcome = sold(aurora, make_customer(aurora), 10_000, "1")
    notices.tell_purchase_credited(tenant=aurora.id, purchase=outcome.purchase.id)
    assert (said["earned"], said["balance"]) == ("100 pontos de nível", "100 pontos de nível")
    assert said["next_step"] == "tudo em dia"


def test_a_brand_owes_no_tier_points(aurora: TenantInfo, boreal: TenantInfo) -> None:
    sold(aurora, club(aurora), 10_000, "1")
    sold(boreal, club(boreal), 70_000, "1")
    assert [(row.unit, row.total) for row in liability_report(tenant=aurora.id).rows] == [("points", 100)]
    page = text_of(desk.sign_in(aurora, "analyst").client.get(reverse("dashboard:ledger_liability")))
    assert "Total que a marca deve 100 pontos" in page
    assert "de nível" not in page


def test_the_report_does_not_call_them_cashback(aurora: TenantInfo) -> None:
    sold(aurora, club(aurora), 10_000, "1")
    page = text_of(desk.sign_in(aurora, "analyst").client.get(reverse("dashboard:reports")))
    assert "Pontos de nível emitidos 100 pontos de nível" in page
    assert "Cashback emitido" not in page


def test_the_team_sees_them_by_their_name(aurora: TenantInfo) -> None:
    ana = club(aurora)
    sold(aurora, ana, 10_000, "1")
    page = text_of(desk.sign_in(aurora, "owner").client.get(reverse("dashboard:customer", args=[ana.id])))
    assert page.count("100 pontos de nível") >= 1


def test_a_figure_of_the_ladder_is_in_what_it_counts() -> None:
    for figure in (desk_figure, portal_figure):
        assert figure(30, "tier_points", "BRL") == "30 pontos de nível"
        assert figure(1, "points", "BRL") == "1 ponto"
