"""A plan with a fixed end is had once until then, whichever way it is paid; two brands."""

from datetime import date, timedelta
from typing import Any

import pytest

from programs.errors import PlanAlreadyPaid
from programs.selectors.plans import current_plans
from programs.services.plan_catalogue import PlanTerms, change_plan
from programs.services.plans import buy_plan_with_points, confirm_payment, grant_plan, start_period
from smartbis.kernel.clock import frozen
from smartbis.kernel.errors import InvalidInput
from smartbis.outbox.work import drain_queue
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer
from tests.programs.buying_plans import MAY, SKU, ends, events, plan, sell
from tests.programs.conftest import make_points
from tests.unchanged import unchanged
from tests.vouchers.shop import available, give

SEASON: dict[str, Any] = {"length": "until", "until": date(2026, 12, 31), "rewards_renewal": True, "price_points": 100}


def test_it_is_paid_once_whichever_way(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with frozen(MAY):
        for brand in (aurora, boreal):
            plan(brand, **SEASON)
        ana, other = make_customer(aurora), make_customer(boreal)
        give(aurora, ana, 300, "points")
        named: dict[str, Any] = {"tenant": aurora.id, "customer": ana.id, "plan_key": "socio"}
        buy_plan_with_points(key="a", actor=actor(), **named)
        buy_plan_with_points(key="a", actor=actor(), **named)
        with unchanged(aurora, boreal, rooms=("programs", "ledger", "outbox")):
            with pytest.raises(PlanAlreadyPaid):
                buy_plan_with_points(key="b", actor=actor(), **named)
            with pytest.raises(PlanAlreadyPaid):
                confirm_payment(amount_minor=12_000, reference="P-001", actor=actor(), **named)
            with pytest.raises(PlanAlreadyPaid):
                grant_plan(reason="fundadora", key="c", actor=actor(), **named)
            with pytest.raises(PlanAlreadyPaid):
                start_period(source="award:1", **named)
        assert (ends(aurora, ana), available(aurora, ana, "points")) == (["2026-12-31"], 200)
        confirm_payment(**named | {"tenant": boreal.id, "customer": other.id}, **_payment("P-001"))
        assert ends(boreal, other) == ["2026-12-31"]


def test_it_has_one_period(aurora: TenantInfo) -> None:
    with frozen(MAY):
        plan(aurora, **SEASON)
        ana = make_customer(aurora)
        named: dict[str, Any] = {"tenant": aurora.id, "customer": ana.id, "plan_key": "socio", "periods": 2}
        with pytest.raises(InvalidInput) as refusal:
            confirm_payment(**named, **_payment("P-001"))
        assert list(refusal.value.errors) == ["periods"]
        start_period(source="award:1", **named)
        assert ends(aurora, ana) == ["2026-12-31"]


def test_two_of_its_article_renew_nothing(aurora: TenantInfo) -> None:
    with frozen(MAY):
        make_points(aurora, participations={"renewal": 70})
        plan(aurora, **SEASON)
        ana = make_customer(aurora)
        sell(aurora, ana, "1", quantity=2)
        before = available(aurora, ana, "points")
        sell(aurora, ana, "2")
        assert (ends(aurora, ana), events(aurora)) == (["2026-12-31"], ["started"])
        assert available(aurora, ana, "points") - before == 125


def test_once_its_end_has_moved_it_is_renewed(aurora: TenantInfo) -> None:
    with frozen(MAY):
        make_points(aurora, participations={"renewal": 70})
        plan(aurora, **SEASON)
        ana = make_customer(aurora)
        named: dict[str, Any] = {"tenant": aurora.id, "customer": ana.id, "plan_key": "socio"}
        confirm_payment(**named, **_payment("P-001"))
        (member,) = current_plans(tenant=aurora.id, customer=ana.id)
        assert not member.can_renew(aurora.timezone)
    with frozen(MAY + timedelta(days=200)):
        terms = PlanTerms(name="Sócio", skus=(SKU,), **SEASON | {"until": date(2027, 12, 31)})
        change_plan(tenant=aurora.id, key="socio", terms=terms, actor=actor("owner"))
        (member,) = current_plans(tenant=aurora.id, customer=ana.id)
        assert member.can_renew(aurora.timezone)
        confirm_payment(**named, **_payment("P-002"))
        drain_queue("relay")
        assert (ends(aurora, ana), events(aurora)) == (["2027-12-31"], ["started", "renewed"])
        assert available(aurora, ana, "points") == 70


def _payment(reference: str) -> dict[str, Any]:
    return {"amount_minor": 12_000, "reference": reference, "actor": actor()}
