"""A ladder of tiers and who stands where on it. Pure Python: facts and instants in, a verdict out, no clock.

A customer's figure is the sum of what happened within a window of time. It is judged twice: in the window that ends
now, which may lift a customer, and in the one that ends with the time a tier is kept, which decides whether it goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

Measure = Literal["spend", "points", "tier_points", "purchases"]
Window = Literal["rolling", "calendar_year"]
Keep = Literal["for_ever", "period_end", "days", "while_earned"]
Fall = Literal["one_step", "earned"]

DAYS_OF_A_YEAR = 365
_INSTANT = timedelta(microseconds=1)


class Contribution(NamedTuple):
    """Something that counts: when it happened, and how much it is worth in the ladder's measure.

    Below zero it is a correction, of what came last before it (`corrected`).
    """

    at: datetime
    amount: int


@dataclass(frozen=True)
class Tier:
    """A step of the ladder; `threshold` is the figure from which on it is earned."""

    key: str
    name: str
    threshold: int
    colour: str = ""
    icon: str = ""
    benefits: str = ""


@dataclass(frozen=True)
class Ladder:
    """Tiers from the lowest to the highest, and the policy.

    `keep` says how long a tier that is no longer earned stays: for ever, until the end of the calendar year, for
    `keep_days` after it was reached, or not at all. `fall` says where its end leads. `zone` is the brand's.
    """

    tiers: tuple[Tier, ...]
    measure: Measure
    window: Window
    window_days: int
    keep: Keep
    keep_days: int
    fall: Fall
    warn_days: int
    zone: str

    @property
    def warns_before(self) -> int:
        """How many days before its end a tier is warned of; 0 for never, as where that is as soon as it is reached."""
        term = term_days(window=self.window, window_days=self.window_days, keep=self.keep, keep_days=self.keep_days)
        return self.warn_days if term is not None and self.warn_days < term else 0

    def since(self, at: datetime) -> datetime:
        """When the window of an instant starts."""
        return at - timedelta(days=self.window_days) if self.window == "rolling" else year_start(at, self.zone)

    def place(self, key: str) -> int:
        """Where on the ladder a tier stands, from 0; -1 for none, also for one that the ladder has no longer."""
        return next((place for place, tier in enumerate(self.tiers) if tier.key == key), -1)

    def earned(self, figure: int) -> int:
        """The place that a figure earns; -1 for none."""
        return max((place for place, tier in enumerate(self.tiers) if figure >= tier.threshold), default=-1)

    def figure(self, facts: Sequence[Contribution], at: datetime) -> int:
        """The sum of what happened in the window of an instant, up to and with it."""
        since = self.since(at)
        if self.window == "rolling":
            return sum(fact.amount for fact in facts if since < fact.at <= at)
        return sum(fact.amount for fact in facts if since <= fact.at <= at)


def term_days(*, window: str, window_days: int, keep: str, keep_days: int) -> int | None:
    """How many days a tier lasts after it was reached or confirmed, at most; None for ever."""
    if keep == "for_ever":
        return None
    if keep == "days":
        return keep_days
    return window_days if window == "rolling" else DAYS_OF_A_YEAR


@dataclass(frozen=True)
class Standing:
    """Where a customer stands. `keep_until` is when it is judged again (None: never by time alone)."""

    tier: str = ""
    reached_at: datetime | None = None
    keep_until: datetime | None = None
    figure: int = 0


@dataclass(frozen=True)
class Verdict:
    """Where a customer stands. `missing` is what lacks to keep the tier beyond `keep_until`, by what is known."""

    standing: Standing
    missing: int


def corrected(facts: Sequence[Contribution]) -> Sequence[Contribution]:
    """Facts of which what was corrected is taken off, the newest before each correction first.

    So a correction goes with what it corrects; one of what is further back than these facts has gone with it already.
    """
    if all(fact.amount >= 0 for fact in facts):
        return facts
    left: list[Contribution] = []
    for fact in sorted(facts, key=lambda fact: (fact.at, -fact.amount)):
        if fact.amount >= 0:
            left.append(fact)
        else:
            _take_off(left, -fact.amount)
    return left


def _take_off(facts: list[Contribution], amount: int) -> None:
    while amount > 0 and facts:
        last = facts.pop()
        if last.amount > amount:
            facts.append(last._replace(amount=last.amount - amount))
        amount -= last.amount


def judge(ladder: Ladder, before: Standing, facts: Sequence[Contribution], at: datetime) -> Verdict:
    """Judge a customer by every fact there is, at an instant; in whatever order they came, the same give the same.

    Falls that are overdue happen one after another, each at its own time.
    """
    facts = corrected(facts)
    figure = ladder.figure(facts, at)
    earned, place = ladder.earned(figure), ladder.place(before.tier)
    standing = replace(before, figure=figure)
    if earned > place or (place < 0 and before.tier):
        standing = _reached(ladder, earned, figure, facts, at)
    elif place >= 0 and ladder.keep == "while_earned":
        standing = _while_earned(ladder, standing, earned, figure, facts, at)
    elif place >= 0:
        standing = _kept(ladder, standing, earned, facts, at)
    return Verdict(standing, _missing(ladder, standing, facts))


def _reached(ladder: Ladder, place: int, figure: int, facts: Sequence[Contribution], at: datetime) -> Standing:
    if place < 0:
        return Standing(figure=figure)
    tier = ladder.tiers[place]
    return Standing(tier.key, at, _end(ladder, place, facts, at), figure)


def _while_earned(
    ladder: Ladder, standing: Standing, earned: int, figure: int, facts: Sequence[Contribution], at: datetime
) -> Standing:
    place = ladder.place(standing.tier)
    if earned < place:
        return _reached(ladder, earned, figure, facts, at)
    return replace(standing, keep_until=_end(ladder, place, facts, at))


def _kept(ladder: Ladder, standing: Standing, earned: int, facts: Sequence[Contribution], at: datetime) -> Standing:
    if ladder.keep == "for_ever":
        return replace(standing, keep_until=None)
    place = ladder.place(standing.tier)
    if standing.keep_until is None:  # the ladder kept for ever until now
        return replace(standing, keep_until=_term(ladder, at))
    while standing.keep_until is not None and standing.keep_until <= at:
        end = standing.keep_until
        deserved = max(earned, ladder.earned(ladder.figure(facts, _before(ladder, end))))
        if deserved < place:
            place = deserved if ladder.fall == "earned" else place - 1
            if place < 0:
                return Standing(figure=standing.figure)
            standing = replace(standing, tier=ladder.tiers[place].key, reached_at=end)
        standing = replace(standing, keep_until=_term(ladder, end))
    return standing


def _end(ladder: Ladder, place: int, facts: Sequence[Contribution], at: datetime) -> datetime | None:
    return _slips_at(ladder, place, facts, at) if ladder.keep == "while_earned" else _term(ladder, at)


def _term(ladder: Ladder, at: datetime) -> datetime | None:
    """Until when a tier reached or confirmed at an instant is kept."""
    if ladder.keep == "period_end":
        return next_year_start(at, ladder.zone)
    if ladder.keep == "days":
        return at + timedelta(days=ladder.keep_days)
    return None


def _slips_at(ladder: Ladder, place: int, facts: Sequence[Contribution], at: datetime) -> datetime | None:
    """When the facts that earn a tier are so far back that they no longer do; None for a tier that asks for nothing."""
    threshold = ladder.tiers[place].threshold
    if threshold <= 0:
        return None
    if ladder.window == "calendar_year":
        return next_year_start(at, ladder.zone)
    total = 0
    for fact in sorted(facts, reverse=True):
        if fact.at > at:
            continue
        total += fact.amount
        if total >= threshold:
            return fact.at + timedelta(days=ladder.window_days)
    return None


def _missing(ladder: Ladder, standing: Standing, facts: Sequence[Contribution]) -> int:
    place = ladder.place(standing.tier)
    if place < 0 or standing.keep_until is None:
        return 0
    return max(0, ladder.tiers[place].threshold - ladder.figure(facts, _before(ladder, standing.keep_until)))


def _before(ladder: Ladder, end: datetime) -> datetime:
    """The last instant of a window that ends with `end`: a year's end belongs to the year before."""
    return end - _INSTANT if ladder.window == "calendar_year" else end


def facts_since(ladder: Ladder, standings: Sequence[Standing], at: datetime) -> datetime:
    """From when on facts are needed to judge these standings at an instant."""
    ends = [at, *(each.keep_until for each in standings if each.keep_until is not None and each.keep_until < at)]
    return min(ladder.since(_before(ladder, end)) for end in ends)


def year_start(at: datetime, zone: str) -> datetime:
    """The first instant of the calendar year of `at` in a time zone."""
    local = at.astimezone(ZoneInfo(zone))
    return datetime(local.year, 1, 1, tzinfo=ZoneInfo(zone)).astimezone(at.tzinfo)


def next_year_start(at: datetime, zone: str) -> datetime:
    """The first instant of the year after that of `at`."""
    local = at.astimezone(ZoneInfo(zone))
    return datetime(local.year + 1, 1, 1, tzinfo=ZoneInfo(zone)).astimezone(at.tzinfo)
