"""Rules held against the brand they are for: what they name exists, and what they limit is not yet given away."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from programs.rules import InvalidRule, Percentage, PerUnit, Rule, RuleSet, read_rules
from programs.rules.spec import PlanGift, TierPoints, VoucherGift
from programs.selectors.plans import plans
from programs.selectors.tiers import find_ladder
from programs.services.budgets import given_so_far
from smartbis.kernel.money import format_money
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant, stores
from vouchers.errors import CouponNotFound
from vouchers.selectors import get_coupon


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
    plans, tiers and segments that there are, and not all of them are over by then; a draft may try others.
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
    if isinstance(rule.effect, VoucherGift) and not _has_coupon(tenant, rule.effect.coupon):
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


def _has_coupon(tenant: UUID, coupon: str) -> bool:
    try:
        get_coupon(tenant=tenant, coupon=UUID(coupon))
    except (ValueError, CouponNotFound):
        return False
    return True
