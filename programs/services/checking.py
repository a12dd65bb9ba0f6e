"""Rules held against the brand they are for: what they name exists, and what they limit is not yet given away."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from programs.rules import InvalidRule, Percentage, PerUnit, Rule, RuleSet, read_rules
from programs.rules.spec import PlanGift, TierPoints, VoucherGift
from programs.selectors.plans import plans
from programs.selectors.tiers import find_ladder
from programs.services.budgets import given_so_far
from smartbis.kernel.clock import now
from smartbis.kernel.money import format_money
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant, stores
from vouchers.errors import CouponNotFound
from vouchers.infos import CouponInfo
from vouchers.selectors import get_coupon

_NOT_LIVE = {
    "draft": "This coupon is a draft: put it live first, or choose another.",
    "paused": "This coupon is paused: let it go on first, or choose another.",
    "ended": "This coupon has ended: choose another.",
}


@dataclass(frozen=True)
class Start:
    """From when rules are to be in force, and the brand's `segments` by key (None: whoever asks does not know them)."""

    at: datetime
    segments: Collection[str] | None = None


def checked_rules(
    *, tenant: UUID, kind: str, spec: Any, program: UUID | None = None, start: Start | None = None
) -> RuleSet:
    """The rules that JSON describes, fit for this brand and kind of programme. Raises InvalidRule by field.

    For a `program` that exists, a budget may not be below what its rule has given already. Rules that `start` are for
    plans, tiers and segments that there are, and not all of them are over by then; a coupon whose vouchers they give
    can be had when the first one is due. A draft may try others.
    """
    rules = read_rules(spec)
    short = isinstance(spec, dict) and "rules" not in spec
    with tenant_scope(tenant, read_only=True):
        errors: dict[str, list[str]] = {}
        if start and _are_over(tenant, rules, start.at):
            errors["rules"] = ["Every rule is over before this version starts: no sale could earn."]
        given = given_so_far(program, rules) if program else {}
        there = _belonging(tenant, start.segments) if start else {}
        for index, rule in enumerate(rules.rules):
            faults = (
                *_faults(tenant, kind, rule, rules, given.get(rule.key, 0)),
                *(_missing(tenant, rule, there) if start else ()),
                *(_not_to_be_had(tenant, rule, start.at) if start else ()),
            )
            for field, sentence in faults:
                name = field.removeprefix("when.") if short else f"rules.{index}.{field}"
                errors.setdefault(name, []).append(sentence)
    if errors:
        raise InvalidRule(errors)
    return rules


def _faults(tenant: UUID, kind: str, rule: Rule, rules: RuleSet, given: int) -> Iterator[tuple[str, str]]:
    wrong = PerUnit if kind == "cashback" else Percentage
    if isinstance(rule.effect, wrong):
        yield "effect", "Cashback earns by percentage, points by unit of money."
    known = {store.code for store in stores(tenant=tenant, active_only=False)}
    if unknown := sorted(rule.when.stores - known):
        yield "when.stores", f"There is no store {', '.join(unknown)}."
    if isinstance(rule.effect, VoucherGift) and _coupon(tenant, rule.effect.coupon) is None:
        yield "effect.coupon", "There is no such coupon."
    limits = rule.limits
    if limits.budget_minor is not None and not isinstance(rule.effect, TierPoints):
        if kind == "points" and rules.point_value is None:
            yield "limits.budget_minor", "Say what points are worth first: a budget is counted in money."
        if given > limits.budget_minor:
            currency = get_tenant(tenant=tenant).currency
            yield (
                "limits.budget_minor",
                f"This rule has already given {format_money(given, currency)}: set the budget to that or more.",
            )


def _are_over(tenant: UUID, rules: RuleSet, at: datetime) -> bool:
    day = at.astimezone(ZoneInfo(get_tenant(tenant=tenant).timezone)).date()
    return all(rule.when.until and rule.when.until < day for rule in rules.rules)


def _belonging(tenant: UUID, segments: Collection[str] | None) -> dict[str, Collection[str]]:
    """The keys that a rule's members may be asked for, by the name of the condition."""
    ladder = find_ladder(tenant=tenant)
    there: dict[str, Collection[str]] = {
        "plans": {each.key for each in plans(tenant=tenant)},
        "tiers": {each.key for each in ladder.ladder.tiers} if ladder else (),
    }
    return there if segments is None else there | {"segments": segments}


def _missing(tenant: UUID, rule: Rule, there: Mapping[str, Collection[str]]) -> Iterator[tuple[str, str]]:
    for name, keys in there.items():
        if unknown := sorted(getattr(rule.when, name) - set(keys)):
            yield f"when.{name}", f"There is no {name.removesuffix('s')} {', '.join(unknown)}."
    on_sale = {each.key for each in plans(tenant=tenant, live_only=True)} if isinstance(rule.effect, PlanGift) else ()
    if isinstance(rule.effect, PlanGift) and rule.effect.plan not in on_sale:
        yield "effect.plan", "There is no such plan."


def _not_to_be_had(tenant: UUID, rule: Rule, at: datetime) -> Iterator[tuple[str, str]]:
    """Why the rule's coupon would give no voucher when the first one is due: then none would reach anybody."""
    coupon = _coupon(tenant, rule.effect.coupon) if isinstance(rule.effect, VoucherGift) else None
    if coupon is None:
        return
    zone = ZoneInfo(get_tenant(tenant=tenant).timezone)
    begins = datetime.combine(rule.when.since, time(), tzinfo=zone) if rule.when.since else at
    first = max(now(), at, begins) + timedelta(days=rule.hold_days)
    if coupon.is_balance:
        yield "effect.coupon", "This coupon's vouchers are made of balance alone: choose another."
    elif coupon.status != "live":
        yield "effect.coupon", _NOT_LIVE[coupon.status]
    elif coupon.period_until and coupon.period_until <= first:
        yield "effect.coupon", "This coupon is over before the rule gives it: give it a later end, or choose another."
    elif coupon.period_from and coupon.period_from > first:
        day = coupon.period_from.astimezone(zone).date().isoformat()
        yield (
            "effect.coupon",
            f"This coupon begins only on {day}: start the rule then, or let the coupon begin earlier.",
        )
    elif coupon.stock_left == 0:
        yield "effect.coupon", "This coupon is out of stock: raise its stock, or choose another."
    elif coupon.budget_left_minor is not None and coupon.budget_left_minor <= 0:
        yield "effect.coupon", "This coupon's budget is used up: raise it, or choose another."


def _coupon(tenant: UUID, coupon: str) -> CouponInfo | None:
    try:
        return get_coupon(tenant=tenant, coupon=UUID(coupon))
    except (ValueError, CouponNotFound):
        return None
