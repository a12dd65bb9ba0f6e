"""Publishing versions of a programme's rules: what is in force when, and what is refused."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from programs.errors import ProgramChanged, ProgramNotFound, RuleTakesEffectInThePast
from programs.infos import ProgramInfo
from programs.rules import InvalidRule
from programs.selectors import get_program, programs
from programs.selectors.budgets import budgets_used
from programs.selectors.notices import notices_for, waiting_notices
from programs.services import NoticeDraft, PlanTerms, change_plan, create_plan, open_program, publish_rule, refund_sale
from smartbis.kernel.clock import frozen
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer
from tests.programs.earning import held, opened, sold
from tests.programs.rule_sets import percent
from tests.programs.test_backtest import tried
from tests.vouchers.shop import coupon_of, issued

OWNER = actor("owner")
AT = datetime(2026, 11, 18, 15, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, 3, 0, 30, tzinfo=UTC)


def publish(brand: TenantInfo, program: UUID, basis_points: int, **more: Any) -> ProgramInfo:
    """A version whose one rule gives this percentage."""
    spec = {"rules": [{"key": "base", "effect": percent(basis_points)}]}
    return publish_rule(tenant=brand.id, program=program, spec=spec, actor=OWNER, **more)


def test_a_mistake_is_mended_while_a_later_version_is_planned(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with frozen(AT):
        info = opened(aurora, {"key": "base", "effect": percent(5000)})
        opened(boreal, {"key": "base", "effect": percent(5000)})
        publish(aurora, info.id, 700, effective_at=DECEMBER)
        after = publish(aurora, info.id, 500)
        assert after.current is not None
        assert (after.current.version, after.latest) == (3, 3)
        assert [each.version for each in after.planned] == [2]
        assert programs(tenant=aurora.id) == [after]
        sold(aurora, make_customer(aurora), 10_000, "1")
        ana = make_customer(aurora)
        sold(aurora, ana, 10_000, "2")
        assert held(aurora, ana).available == 500
        rui = make_customer(boreal)
        sold(boreal, rui, 10_000, "1")
        assert held(boreal, rui).available == 5_000
    with frozen(DECEMBER + timedelta(hours=1)):
        sold(aurora, ana, 10_000, "3")
        assert held(aurora, ana).available == 500 + 700


def test_a_version_for_the_moment_of_a_planned_one_replaces_it(aurora: TenantInfo) -> None:
    with frozen(AT):
        info = opened(aurora, {"key": "base"})
        publish(aurora, info.id, 5000, effective_at=DECEMBER)
        after = publish(aurora, info.id, 500, effective_at=DECEMBER)
        assert [each.version for each in after.planned] == [3]
        assert programs(tenant=aurora.id) == [after]
        assert after.upcoming == after.last


def test_the_notice_of_a_version_that_is_replaced_is_shown_and_sent_no_more(
    aurora: TenantInfo, boreal: TenantInfo
) -> None:
    with frozen(AT):
        people = {brand.id: make_customer(brand).id for brand in (aurora, boreal)}
        for brand in (aurora, boreal):
            info = opened(brand, {"key": "base"})
            publish(brand, info.id, 900, effective_at=AT + timedelta(days=1), notice=NoticeDraft("9%.", sends=True))
            publish(brand, info.id, 5000, effective_at=DECEMBER, notice=NoticeDraft("50%.", sends=True))
        programme = programs(tenant=aurora.id)[0].id
        publish(aurora, programme, 500, effective_at=DECEMBER, notice=NoticeDraft("5%.", sends=True))
        told = {
            brand.id: [each.text for each in notices_for(tenant=brand.id, customer=people[brand.id])]
            for brand in (aurora, boreal)
        }
        assert told == {aurora.id: ["5%.", "9%."], boreal.id: ["50%.", "9%."]}
        assert [len(waiting_notices(tenant=brand.id)) for brand in (aurora, boreal)] == [2, 2]
        publish(aurora, programme, 400, effective_at=DECEMBER)
        assert [each.text for each in notices_for(tenant=aurora.id, customer=people[aurora.id])] == ["9%."]
        assert len(waiting_notices(tenant=aurora.id)) == 1


def test_a_version_made_from_an_older_one_changes_nothing(aurora: TenantInfo, boreal: TenantInfo) -> None:
    info = opened(aurora, {"key": "base"})
    publish(aurora, info.id, 700, based_on=1)
    for refusal, brand, more in (
        (ProgramChanged, aurora, {"based_on": 1}),
        (RuleTakesEffectInThePast, aurora, {"effective_at": AT - timedelta(days=3650)}),
        (ProgramNotFound, boreal, {"based_on": 2}),
    ):
        with pytest.raises(refusal):
            publish(brand, info.id, 900, **more)
    assert get_program(tenant=aurora.id, program=info.id).latest == 2


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"when": {"plans": ["gould"]}}, "rules.0.when.plans"),
        ({"when": {"tiers": ["gould"]}}, "rules.0.when.tiers"),
        ({"when": {"segments": ["gould"]}}, "rules.0.when.segments"),
        ({"effect": {"kind": "plan", "plan": "gould"}}, "rules.0.effect.plan"),
        ({"when": {"until": "2026-11-17"}}, "rules"),
    ],
)
def test_rules_for_what_the_brand_does_not_have_are_refused(
    aurora: TenantInfo, boreal: TenantInfo, rule: dict[str, Any], field: str
) -> None:
    spec = {"rules": [{"key": "base", "effect": percent(500)} | rule]}
    given: dict[str, Any] = {"spec": spec, "actor": OWNER, "segments": {"gold"}}
    with frozen(AT):
        terms = PlanTerms(name="Gould", length="months", count=12)
        create_plan(tenant=boreal.id, key="gould", terms=terms, actor=OWNER)
        info = opened(aurora, {"key": "base"})
        for refused in (
            partial(publish_rule, tenant=aurora.id, program=info.id),
            partial(open_program, tenant=aurora.id, name="Second", kind="cashback"),
        ):
            with pytest.raises(InvalidRule) as refusal:
                refused(**given)
            assert field in refusal.value.errors
        assert [each.latest for each in programs(tenant=aurora.id)] == [1]


def test_rules_for_what_there_is_may_be_over_beside_others(aurora: TenantInfo) -> None:
    with frozen(AT):
        create_plan(
            tenant=aurora.id, key="gould", terms=PlanTerms(name="Gould", length="months", count=12), actor=OWNER
        )
        over = {"key": "old", "when": {"until": "2026-11-17"}, "effect": percent(100)}
        members = {"key": "plan", "when": {"plans": ["gould"], "segments": ["gold"]}, "effect": percent(500)}
        info = opened(aurora, {"key": "base"})
        spec = {"rules": [over, members]}
        after = publish_rule(tenant=aurora.id, program=info.id, spec=spec, actor=OWNER, segments={"gold"})
        assert after.latest == 2
        change_plan(tenant=aurora.id, key="gould", status="closed", actor=OWNER)
        publish_rule(tenant=aurora.id, program=info.id, spec=spec, actor=OWNER)
        gift = {"rules": [{"key": "gift", "effect": {"kind": "plan", "plan": "gould"}}]}
        with pytest.raises(InvalidRule):
            publish_rule(tenant=aurora.id, program=info.id, spec=gift, actor=OWNER)


def budgeted(brand: TenantInfo, program: UUID, minor: int | None) -> None:
    """A tenth back, with this budget or none."""
    limits = {} if minor is None else {"limits": {"budget_minor": minor}}
    spec = {"rules": [{"key": "base", "effect": percent(1000)} | limits]}
    publish_rule(tenant=brand.id, program=program, spec=spec, actor=OWNER)


def test_a_budget_counts_what_was_given_without_one(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ours, theirs = opened(aurora, {"key": "base"}).id, opened(boreal, {"key": "base"}).id
    ana, rui = make_customer(aurora), make_customer(boreal)
    first = sold(aurora, ana, 110_000, "1")
    refund_sale(tenant=aurora.id, purchase=first.purchase.id, external_id="r", amount_minor=10_000, actor=OWNER)
    with pytest.raises(InvalidRule):
        budgeted(aurora, ours, 9_999)
    budgeted(aurora, ours, 12_000)
    assert budgets_used(tenant=aurora.id, program=ours) == {"base": 10_000}
    sold(aurora, ana, 100_000, "2")
    assert held(aurora, ana).available == 12_000
    budgeted(boreal, theirs, 12_000)
    assert budgets_used(tenant=boreal.id, program=theirs) == {}
    sold(boreal, rui, 100_000, "1")
    assert held(boreal, rui).available == 10_000


def test_a_budget_that_is_switched_off_and_on_forgets_nothing(aurora: TenantInfo) -> None:
    info = opened(aurora, {"key": "base", "limits": {"budget_minor": 10_000}})
    ana = make_customer(aurora)
    sold(aurora, ana, 50_000, "1")
    budgeted(aurora, info.id, None)
    sold(aurora, ana, 500_000, "2")
    with pytest.raises(InvalidRule):
        budgeted(aurora, info.id, 54_999)
    for _again in range(2):
        budgeted(aurora, info.id, 56_000)
        assert budgets_used(tenant=aurora.id, program=info.id) == {"base": 55_000}
    sold(aurora, ana, 500_000, "3")
    assert held(aurora, ana).available == 56_000


def limited(brand: TenantInfo, program: UUID, limits: dict[str, Any], **when: Any) -> None:
    """A tenth back, within these limits."""
    spec = {"rules": [{"key": "base", "effect": percent(1000)} | ({"limits": limits} if limits else {})]}
    publish_rule(tenant=brand.id, program=program, spec=spec, actor=OWNER, **when)


def agrees(brand: TenantInfo, program: UUID) -> None:
    """The replay of the live rules gives what the ledger gave."""
    assert tried(brand, program, {"rules": [{"key": "base", "effect": percent(1)}]}).result["fidelity"]["reasons"] == []


@pytest.mark.parametrize("period", ["day", "week", "month", "life"])
def test_a_limit_counts_what_its_rule_gave_before_in_the_period(
    aurora: TenantInfo, boreal: TenantInfo, period: str
) -> None:
    with frozen(AT):
        ours, theirs = opened(aurora, {"key": "base"}).id, opened(boreal, {"key": "base"}).id
        ana, bia, rui = make_customer(aurora), make_customer(aurora), make_customer(boreal)
        first = sold(aurora, ana, 1_000, "1").purchase.id
        for number in "23":
            sold(aurora, ana, 1_000, number)
        sold(boreal, rui, 1_000, "1")
        for brand, program in ((aurora, ours), (boreal, theirs)):
            limited(brand, program, {"times_per_customer": {period: 3}, "per_rule": {period: 450}})
        assert sold(aurora, ana, 1_000, "4").awards == ()
        assert sold(aurora, bia, 1_000, "5").awards[0].amount == 100
        assert sold(aurora, bia, 1_000, "6").awards[0].explanation["cut_by"] == f"per_rule.{period}"
        refund_sale(tenant=aurora.id, purchase=first, external_id="r", amount_minor=1_000, actor=OWNER)
        assert sold(aurora, ana, 1_000, "7").awards[0].amount == 100
        assert sold(aurora, ana, 1_000, "8").awards == ()
        assert sold(boreal, rui, 1_000, "2").awards[0].amount == 100
        agrees(aurora, ours)
        agrees(boreal, theirs)


def test_a_limit_counts_only_its_own_period(aurora: TenantInfo) -> None:
    ana = make_customer(aurora)
    with frozen(AT):
        program = opened(aurora, {"key": "base"}).id
        for number in "123":
            sold(aurora, ana, 1_000, number)
    with frozen(AT + timedelta(days=40)):
        limited(aurora, program, {"per_customer": {"month": 250}})
        assert [sold(aurora, ana, 1_000, number).awards[0].amount for number in "456"] == [100, 100, 50]
        agrees(aurora, program)


def test_a_planned_limit_counts_what_is_given_until_it_begins(aurora: TenantInfo) -> None:
    ana = make_customer(aurora)
    with frozen(AT):
        program = opened(aurora, {"key": "base"}).id
        sold(aurora, ana, 1_000, "1")
        limited(aurora, program, {"per_customer": {"life": 250}}, effective_at=AT + timedelta(days=2))
    with frozen(AT + timedelta(days=1)):
        second = sold(aurora, ana, 1_000, "2").purchase.id
    with frozen(AT + timedelta(days=3)):
        assert sold(aurora, ana, 1_000, "3").awards[0].amount == 50
        refund_sale(tenant=aurora.id, purchase=second, external_id="r", amount_minor=1_000, actor=OWNER)
        assert sold(aurora, ana, 1_000, "4").awards[0].amount == 100
        agrees(aurora, program)


def test_a_limit_that_is_switched_off_and_on_forgets_nothing(aurora: TenantInfo) -> None:
    ana = make_customer(aurora)
    with frozen(AT):
        program = opened(aurora, {"key": "base", "limits": {"per_customer": {"life": 1_000}}}).id
        sold(aurora, ana, 1_000, "1")
        limited(aurora, program, {})
        sold(aurora, ana, 1_000, "2")
        for _again in range(2):
            limited(aurora, program, {"per_customer": {"life": 250}})
        assert sold(aurora, ana, 1_000, "3").awards[0].amount == 50
        assert sold(aurora, ana, 1_000, "4").awards == ()
        agrees(aurora, program)


def test_a_refund_frees_what_a_budget_counted_later(aurora: TenantInfo) -> None:
    program, ana = opened(aurora, {"key": "base"}).id, make_customer(aurora)
    first = sold(aurora, ana, 10_000, "1").purchase.id
    budgeted(aurora, program, 1_200)
    refund_sale(tenant=aurora.id, purchase=first, external_id="r", amount_minor=10_000, actor=OWNER)
    assert budgets_used(tenant=aurora.id, program=program).get("base", 0) == 0
    assert sold(aurora, ana, 20_000, "2").awards[0].amount == 1_200
    agrees(aurora, program)


def test_what_another_machine_published_by_a_faster_clock_is_followed(aurora: TenantInfo) -> None:
    with frozen(AT):
        info = opened(aurora, {"key": "base"})
    with frozen(AT + timedelta(seconds=2)):
        publish(aurora, info.id, 700)
    with frozen(AT + timedelta(seconds=1)):
        publish(aurora, info.id, 900)
    with frozen(AT + timedelta(seconds=3)):
        current = get_program(tenant=aurora.id, program=info.id).current
        assert current is not None
        assert current.version == 3


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        ({"status": "draft"}, "This coupon is a draft: put it live first, or choose another."),
        ({"status": "paused"}, "This coupon is paused: let it go on first, or choose another."),
        ({"status": "ended"}, "This coupon has ended: choose another."),
        (
            {"period_until": AT + timedelta(days=6)},
            "This coupon is over before the rule gives it: give it a later end, or choose another.",
        ),
        (
            {"period_from": AT + timedelta(days=8)},
            "This coupon begins only on 2026-11-26: start the rule then, or let the coupon begin earlier.",
        ),
        ({"stock": 1}, "This coupon is out of stock: raise its stock, or choose another."),
    ],
)
def test_a_rule_whose_coupon_would_give_no_voucher_is_refused_and_says_what_to_change(
    aurora: TenantInfo, boreal: TenantInfo, terms: dict[str, Any], says: str
) -> None:
    with frozen(AT):
        coupon, theirs = coupon_of(aurora, **terms), coupon_of(boreal)
        if "stock" in terms:
            issued(aurora, coupon)
        info = opened(aurora, {"key": "base"})

        def spec(given: Any) -> dict[str, Any]:
            return {"rules": [{"effect": {"kind": "voucher", "coupon": str(given.id)}, "key": "gift", "hold_days": 7}]}

        with pytest.raises(InvalidRule) as refused:
            publish_rule(tenant=aurora.id, program=info.id, spec=spec(coupon), actor=OWNER)
        assert refused.value.errors == {"rules.0.effect.coupon": [says]}
        assert get_program(tenant=aurora.id, program=info.id).latest == 1
        with pytest.raises(InvalidRule) as refused:
            publish_rule(tenant=aurora.id, program=info.id, spec=spec(theirs), actor=OWNER)
        assert refused.value.errors == {"rules.0.effect.coupon": ["There is no such coupon."]}
        good = coupon_of(aurora, period_from=AT - timedelta(days=1), period_until=AT + timedelta(days=8))
        assert publish_rule(tenant=aurora.id, program=info.id, spec=spec(good), actor=OWNER).latest == 2


def test_a_rule_for_later_may_give_a_coupon_that_begins_by_then(aurora: TenantInfo) -> None:
    with frozen(AT):
        info = opened(aurora, {"key": "base"})
        coupon = coupon_of(aurora, period_from=DECEMBER)
        gift = {"effect": {"kind": "voucher", "coupon": str(coupon.id)}, "key": "gift"}
        spec = {"rules": [gift | {"when": {"from": "2026-12-02"}}]}
        publish_rule(tenant=aurora.id, program=info.id, spec=spec, actor=OWNER)
        after = publish_rule(
            tenant=aurora.id, program=info.id, spec={"rules": [gift]}, actor=OWNER, effective_at=DECEMBER
        )
        assert after.latest == 3
