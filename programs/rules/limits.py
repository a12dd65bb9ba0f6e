"""How much a rule may still give: caps by purchase, customer and rule in their periods, and a budget in money. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import NamedTuple, Protocol

from programs.rules.spec import BUDGET, TIMES, Limits, Period, PointValue, Rule, RuleSet

NO_USE: Mapping[Period, int] = {}
# No limit is as high as this: what is counted for a later version only.
ENDLESS = 2**62


class Used(NamedTuple):
    """What a rule gave before in the periods that hold the day: to this customer, how often, to all, and in money.

    `Limits.checks` names them by their place.
    """

    customer: Mapping[Period, int] = NO_USE
    times: Mapping[Period, int] = NO_USE
    rule: Mapping[Period, int] = NO_USE
    budget_minor: int = 0


class Uses(Protocol):
    """What rules gave before, in the periods that hold the day."""

    def given(self, key: str, place: int, period: Period) -> int:
        """What the rule of that key gave; `place` and `period` are those of a check of `Limits.checks`."""


class UsedByRule:
    """Uses by rule key; what has none was given nothing."""

    def __init__(self, used: Mapping[str, Used]) -> None:
        self._used = used

    def given(self, key: str, place: int, period: Period) -> int:
        """What the rule of that key gave."""
        used = self._used.get(key)
        if used is None:
            return 0
        return used.budget_minor if place == BUDGET else used[place].get(period, 0)  # type: ignore[union-attr]


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


class Counted(NamedTuple):
    """By which limits what a rule gives is counted, and what its points are worth there."""

    rule: Rule
    value: PointValue | None


def counted(versions: Sequence[RuleSet]) -> list[dict[str, Counted]]:
    """For each version of a programme, the oldest first: its rules that are counted, by key.

    A rule is counted by its own limits and by those that later versions have for it, which so find what was given
    before they began. Those it does not keep itself.
    """
    found: list[dict[str, Counted]] = []
    later: dict[str, Counted] = {}
    for rules in reversed(versions):
        own = {rule.key: _counted(rule, rules.point_value, later.get(rule.key)) for rule in rules.rules}
        later = {**later, **own}
        found.append({key: each for key, each in own.items() if each.rule.limits.counts})
    return found[::-1]


def _counted(rule: Rule, value: PointValue | None, later: Counted | None) -> Counted:
    if later is None:
        return Counted(rule, value)
    own, after = rule.limits, later.rule.limits
    limits = Limits(
        per_purchase=own.per_purchase,
        per_customer={**dict.fromkeys(after.customer_periods, ENDLESS), **own.per_customer},
        per_rule={**dict.fromkeys(after.per_rule, ENDLESS), **own.per_rule},
        times_per_customer=own.times_per_customer,
        budget_minor=ENDLESS if own.budget_minor is None and after.budget_minor is not None else own.budget_minor,
    )
    return Counted(replace(rule, limits=limits), value or later.value)


# How much is left to give, and the limit that says so; no amount where only times are counted and some are left.
Room = tuple[int | None, str | None]


def room_for(rule: Rule, value: PointValue | None, uses: Uses) -> Room:
    """What the limits on all that a rule gave before leave: the first that leaves nothing, or else the least."""
    left: int | None = None
    by: str | None = None
    key = rule.key
    for place, period, most, name in rule.limits.checks:
        room = most - uses.given(key, place, period)
        if place == BUDGET and room > 0:
            room = bought_for(room, value)
        if room <= 0:
            return 0, name
        if place != TIMES and (left is None or room < left):
            left, by = room, name
    return left, by
