"""How much a rule may still give: caps by purchase, customer and rule in their periods, and a budget in money. Pure."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from programs.rules.spec import TIMES, Limits, Period, PointValue, Rule

NO_USE: Mapping[Period, int] = {}


class Used(NamedTuple):
    """What a rule gave before in the periods that hold the day: to this customer, how often, to all, and in money.

    `Limits.checks` names the first three by their place.
    """

    customer: Mapping[Period, int] = NO_USE
    times: Mapping[Period, int] = NO_USE
    rule: Mapping[Period, int] = NO_USE
    budget_minor: int = 0


NOTHING_USED = Used()


@lru_cache(maxsize=4096)
def period_keys(day: date) -> Mapping[Period, str]:
    """The names of a day's periods, by which what was given is counted: `2026-11-22`, `2026-W47`, `2026-11`, `life`."""
    year, week, _ = day.isocalendar()
    written = day.isoformat()
    return {"day": written, "week": f"{year}-W{week:02d}", "month": written[:7], "life": "life"}


def period_key(period: Period, day: date) -> str:
    """The name of one of them."""
    return period_keys(day)[period]


def money_of(amount: int, value: PointValue | None) -> int:
    """What an amount costs in minor units of money, rounded up; cashback is money itself."""
    return amount if value is None else -(-amount * value.minor // value.points)


def bought_for(money: int, value: PointValue | None) -> int:
    """The greatest amount that costs no more than `money`."""
    return money if value is None else money * value.points // value.minor


def cut(rule: Rule, wanted: int, used: Used, value: PointValue | None) -> tuple[int, str | None]:
    """What the rule gives of what it wants to, and the limit that cut it; never below zero, never more than wanted."""
    limits = rule.limits
    left, by = wanted, None
    if limits.per_purchase is not None and limits.per_purchase < left:
        left, by = limits.per_purchase, "per_purchase"
    for place, period, most, name in limits.checks:
        room = most - used[place].get(period, 0)  # type: ignore[union-attr]
        if place == TIMES:
            if room <= 0:
                return 0, name
        elif room < left:
            left, by = max(0, room), name
    if limits.budget_minor is not None:
        room = bought_for(max(0, limits.budget_minor - used.budget_minor), value)
        if room < left:
            left, by = room, "budget_minor"
    return left, by


def is_exhausted(limits: Limits, used: Used) -> bool:
    """Whether nothing is left to give, whatever is wanted."""
    for place, period, most, _name in limits.checks:
        if used[place].get(period, 0) >= most:  # type: ignore[union-attr]
            return True
    return limits.budget_minor is not None and used.budget_minor >= limits.budget_minor
