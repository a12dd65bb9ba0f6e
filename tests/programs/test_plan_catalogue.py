"""The plans that a brand offers: their terms, their keys, their end, the lists of who has them."""

from datetime import date, timedelta
from typing import Any

import pytest

from programs.errors import PlanClosed
from programs.selectors.plans import MemberInfo, get_plan, member_counts, plan_members
from programs.services.plan_catalogue import PlanTerms, change_plan
from programs.services.plans import (
    start_period,
)
from smartbis.kernel.clock import frozen
from smartbis.kernel.errors import InvalidInput
from smartbis.outbox.work import drain_queue
from smartbis.tenancy.errors import SlugTaken
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer
from tests.programs.buying_plans import MAY, SKU, ends, plan, sell


def test_a_closed_plan_and_one_whose_end_has_passed_start_no_more(aurora: TenantInfo) -> None:
    with frozen(MAY):
        plan(aurora)
        plan(aurora, "season", skus=("SEASON",), length="until", until=date(2026, 5, 3))
        ana = make_customer(aurora)
        change_plan(tenant=aurora.id, key="socio", status="closed", actor=actor("owner"))
        for key in ("socio", "season"):
            with pytest.raises(PlanClosed):
                start_period(tenant=aurora.id, customer=ana.id, plan_key=key, source=key)
        sell(aurora, ana)
        assert ends(aurora, ana) == []


def test_what_was_bought_keeps_its_terms(aurora: TenantInfo) -> None:
    with frozen(MAY):
        plan(aurora)
        ana = make_customer(aurora)
        sell(aurora, ana)
        terms = PlanTerms(name="Sócio", length="days", count=10, skus=(SKU, "MENSAL"), reminder_days=(5, 5, 1))
        changed = change_plan(tenant=aurora.id, key="socio", terms=terms, actor=actor("owner"))
        assert (changed.skus, changed.reminder_days) == ((SKU, "MENSAL"), (5, 1))
        drain_queue("relay")
        assert ends(aurora, ana) == ["2027-05-03"]
        sell(aurora, ana, "2")
        assert ends(aurora, ana) == ["2027-05-13"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"price_minor": 0}, "price_minor"),
        ({"length": "weeks"}, "length"),
        ({"length": "until"}, "until"),
        ({"count": 0}, "count"),
        ({"count": 121}, "count"),
        ({"grace_days": 366}, "grace_days"),
        ({"reminder_days": (0,)}, "reminder_days"),
        ({"payment_link": "http://pay.example"}, "payment_link"),
        ({"payment_link": "javascript:alert(1)"}, "payment_link"),
        ({"skus": (SKU,)}, "skus"),
    ],
)
def test_terms_that_cannot_be_are_refused(aurora: TenantInfo, given: dict[str, Any], field: str) -> None:
    plan(aurora)
    with pytest.raises(InvalidInput) as refused:
        plan(aurora, "other", **({"skus": ()} | given))
    assert field in refused.value.errors


def test_keys_are_a_brands_own(aurora: TenantInfo, boreal: TenantInfo) -> None:
    plan(aurora)
    with pytest.raises(SlugTaken):
        plan(aurora, skus=())
    plan(boreal, name="Outro")
    assert get_plan(tenant=boreal.id, key="socio").name == "Outro"
    with pytest.raises(InvalidInput):
        plan(boreal, "Sócio!")


def test_lists_of_members_by_their_end(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with frozen(MAY):
        plan(aurora)
        plan(boreal)
        people = [make_customer(aurora) for _ in range(3)]
        for number, person in enumerate(people):
            sell(aurora, person, str(number), occurred_at=MAY - timedelta(days=(500, 350, 10)[number]))
        drain_queue("relay")
        which = {
            name: _ids(plan_members(tenant=aurora.id, which=name).items) for name in ("active", "ending", "lapsed")
        }
        assert which == {
            "active": [people[1].id, people[2].id],
            "ending": [people[1].id],
            "lapsed": [people[0].id],
        }
        first = plan_members(tenant=aurora.id, limit=2)
        rest = plan_members(tenant=aurora.id, cursor=first.next_cursor, limit=2)
        assert _ids((*first.items, *rest.items)) == [each.id for each in people]
        assert member_counts(tenant=aurora.id) == {"socio": (2, 1, 1)}
        assert plan_members(tenant=boreal.id).items == ()


def _ids(members: tuple[MemberInfo, ...]) -> list[Any]:
    return [each.customer_id for each in members]
