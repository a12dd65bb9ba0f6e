"""Rules that read well and cannot work: what could never apply, and what contradicts another rule."""

from collections.abc import Iterator
from itertools import combinations

from programs.rules.spec import (
    Conditions,
    Fixed,
    Multiplier,
    Percentage,
    PerUnit,
    PlanGift,
    Rule,
    RuleSet,
    TierPoints,
    VoucherGift,
)
from programs.rules.stacking import kind_of


def faults_of(rules: RuleSet) -> dict[str, list[str]]:
    """What is to be changed, by field; empty when the rules can work together."""
    found: dict[str, list[str]] = {}
    for index, rule in enumerate(rules.rules):
        for field, sentence in (*_impossible(rule.when), *_unfitting(rule, rules)):
            found.setdefault(f"rules.{index}.{field}", []).append(sentence)
    places = {rule.key: index for index, rule in enumerate(rules.rules)}
    for one, other in combinations(rules.rules, 2):
        if _contradict(one, other):
            found.setdefault(f"rules.{places[other.key]}.stacking.priority", []).append(
                f"It excludes others, and so does “{one.name or one.key}”, with the same priority and for the same"
                " sales: give one of them the higher priority."
            )
    if any(isinstance(rule.effect, Multiplier) for rule in rules.rules) and not any(
        kind_of(rule.effect) == "value" for rule in rules.rules
    ):
        found["rules"] = ["There is nothing to multiply: add a rule that gives value."]
    return found


def _impossible(when: Conditions) -> Iterator[tuple[str, str]]:
    if when.since and when.until and when.until < when.since:
        yield "when.until", "The last day lies before the first: no sale could earn."
    if when.purchases and when.purchases.until is not None and when.purchases.until < when.purchases.since:
        yield "when.purchases.until", "The last purchase comes before the first: no sale could earn."
    if when.since and when.until and when.weekdays and (when.until - when.since).days < 6:
        days = {(when.since.isoweekday() + step - 1) % 7 + 1 for step in range((when.until - when.since).days + 1)}
        if when.weekdays.isdisjoint(days):
            yield "when.weekdays", "None of these weekdays lies between the two days: no sale could earn."
    if when.participations:
        asked = {
            "stores": when.stores,
            "channels": when.channels,
            "products": when.products,
            "categories": when.categories,
            "item_tags": when.item_tags,
            "payment_methods": when.payment_methods,
            "minimum_minor": when.minimum_minor,
            "minimum_quantity": when.minimum_quantity,
            "purchases": when.purchases,
        }
        for name, condition in asked.items():
            if condition:
                yield (
                    f"when.{name}",
                    "Taking part is no sale: take this condition out, or make a rule of its own for sales.",
                )


def _unfitting(rule: Rule, rules: RuleSet) -> Iterator[tuple[str, str]]:
    limits = rule.limits
    if rule.when.participations and isinstance(rule.effect, (Percentage, PerUnit, TierPoints)):
        yield "effect", "Taking part has no amount: give a fixed amount, a multiplier, a voucher or a plan."
    if isinstance(rule.effect, (VoucherGift, PlanGift)):
        if limits.budget_minor is not None:
            yield (
                "limits.budget_minor",
                "What this rule gives has its own budget: set it on the coupon, or count pieces.",
            )
        if rule.stacking.mode == "best":
            yield "stacking.mode", "Things cannot be compared by value: let them add up, or exclude others by priority."
    if limits.budget_minor is not None and isinstance(rule.effect, TierPoints):
        yield "limits.budget_minor", "Points for tiers cost no money: limit them by amount."
    for name in ("per_customer", "per_rule"):
        periods = getattr(limits, name)
        longer = [(short, long) for short, long in combinations(periods, 2) if periods[long] < periods[short]]
        for short, long in longer:
            yield f"limits.{name}.{long}", f"Less than the limit of a {short}, which could never be reached."
    if limits.per_purchase is not None:
        smallest = min([*limits.per_customer.values(), *limits.per_rule.values()], default=limits.per_purchase)
        if smallest < limits.per_purchase:
            yield "limits.per_purchase", "More than another limit of this rule allows: it could never be reached."
    if isinstance(rule.effect, Fixed) and limits.per_purchase is not None and limits.per_purchase < rule.effect.amount:
        yield "limits.per_purchase", "Less than the fixed amount: lower the amount instead."
    if isinstance(rule.effect, Multiplier) and not any(
        kind_of(other.effect) == "value" and _may_meet(rule.when, other.when) for other in rules.rules
    ):
        yield "when", "No rule gives value for the same sales: there would be nothing to multiply."


def _contradict(one: Rule, other: Rule) -> bool:
    """Whether two rules exclude each other with nothing to say which of them counts."""
    both_exclude = one.stacking.mode == other.stacking.mode == "exclusive"
    return (
        both_exclude
        and one.stacking.priority == other.stacking.priority
        and kind_of(one.effect) == kind_of(other.effect)
        and _may_meet(one.when, other.when)
    )


def _may_meet(one: Conditions, other: Conditions) -> bool:
    """Whether a sale, or taking part, might fulfil both; where that is not plain, it might."""
    if bool(one.participations) != bool(other.participations):
        return False
    for name in ("stores", "channels", "products", "weekdays", "payment_methods", "participations"):
        mine, others = getattr(one, name), getattr(other, name)
        if mine and others and mine.isdisjoint(others):
            return False
    if one.categories and other.categories and one.categories.isdisjoint(other.categories):
        return False
    if one.since and other.until and other.until < one.since:
        return False
    if other.since and one.until and one.until < other.since:
        return False
    first, second = one.purchases, other.purchases
    if first and second:
        apart = (first.until is not None and first.until < second.since) or (
            second.until is not None and second.until < first.since
        )
        return not apart
    return True
