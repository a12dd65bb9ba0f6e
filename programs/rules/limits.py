"""How much a rule may still give: caps by purchase, customer and rule in their periods, and a budget in money. Pure."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple, Protocol

from programs.rules.spec import BUDGET, TIMES, Period, PointValue, Rule

NO_USE: Mapping[Period, int] = {}


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
