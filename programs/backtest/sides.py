"""One side of a backtest: rules replayed over events, with limits counted in memory. Pure.

The rules' own `evaluate`, the limits' own arithmetic, the refunds' own arithmetic: only the counters are not rows.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from programs.backtest.events import BackEvent, SaleEvent
from programs.backtest.tallies import SideTally
from programs.rules import Evaluator, Gain, PointValue, RuleSet, SaleFacts, money_of
from programs.rules.limits import Counted, period_keys
from programs.rules.refunds import ReturnedArticle, share_of_sale, still_to_reverse
from programs.rules.spec import BUDGET, OF_ALL, TIMES, Period, Rule

_Name = tuple[str, bytes | None, str]
_BUDGET = "budget"


class TakenBack(NamedTuple):
    """What a refund took back of one grant."""

    rule: Rule
    amount: int


class _Open:
    """What was given for a sale of which something will come back."""

    __slots__ = ("articles", "day", "gross_minor", "parts", "returned")

    def __init__(self, sale: SaleEvent, parts: list["_Part"]) -> None:
        self.gross_minor = sale.gross_minor
        self.day = sale.moment.day
        self.articles = sale.articles
        self.returned: dict[int, int] = {}
        self.parts = parts


class _Part:
    """One grant of an open sale, and how much of it was taken back."""

    __slots__ = ("by", "counted_on", "granted", "lines", "reversed", "rule")

    def __init__(
        self, rule: Rule, by: Counted | None, granted: int, lines: tuple[tuple[int, int], ...], counted_on: date
    ) -> None:
        self.rule = rule
        self.by = by
        self.granted = granted
        self.lines = lines
        self.reversed = 0
        self.counted_on = counted_on


def _parts(counted: Mapping[str, Counted], gains: Sequence[Gain], day: date) -> list[_Part]:
    return [
        _Part(rule, counted.get(rule.key), amount, lines, day)
        for rule, _base, _wanted, amount, _by, lines in gains
        if rule.kind != "gift"
    ]


class Counters:
    """How much limited rules gave so far, and how often, by rule, customer (None: all) and period.

    Looks at one sale after the other: it answers what a rule gave before the sale that it was turned to.
    """

    def __init__(self) -> None:
        self._given: dict[_Name, list[int]] = {}
        self._customer = b""
        self._periods: Mapping[Period, str] = {}

    def turn_to(self, customer: bytes, day: date) -> "Counters":
        """Answer and count for this customer in the periods that hold the day."""
        self._customer, self._periods = customer, period_keys(day)
        return self

    def given(self, key: str, place: int, period: Period) -> int:
        """What the rule gave before."""
        if place == BUDGET:
            found = self._given.get((key, None, _BUDGET))
        else:
            whose = None if place == OF_ALL else self._customer
            found = self._given.get((key, whose, self._periods[period]))
        return 0 if found is None else found[place == TIMES]

    def add(self, by: Counted, amount: int) -> None:
        """Count what a rule gave for the sale."""
        key, limits, customer, periods = by.rule.key, by.rule.limits, self._customer, self._periods
        for period in limits.customer_periods:
            self._count((key, customer, periods[period]), amount)
        for period in limits.per_rule:
            self._count((key, None, periods[period]), amount)
        if limits.budget_minor is not None:
            self._count((key, None, _BUDGET), money_of(amount, _value(by)))

    def free(self, by: Counted, before: int, left: int) -> None:
        """Count what was taken back: of `before` there is `left`."""
        key, limits, customer, periods = by.rule.key, by.rule.limits, self._customer, self._periods
        amount, times = before - left, int(left == 0)
        for period in limits.customer_periods:
            self._free((key, customer, periods[period]), amount, times)
        for period in limits.per_rule:
            self._free((key, None, periods[period]), amount, times)
        if limits.budget_minor is not None:
            value = _value(by)
            self._free((key, None, _BUDGET), money_of(before, value) - money_of(left, value), times)

    def forget(self) -> None:
        """Start anew: the next events are another customer's, and nothing is shared."""
        self._given.clear()

    def _count(self, name: _Name, amount: int) -> None:
        given = self._given.get(name)
        if given is None:
            self._given[name] = [amount, 1]
        else:
            given[0] += amount
            given[1] += 1

    def _free(self, name: _Name, amount: int, times: int) -> None:
        given = self._given.get(name)
        if given is not None:
            given[0] = max(0, given[0] - amount)
            given[1] = max(0, given[1] - times)


def _value(by: Counted) -> PointValue | None:
    return None if by.rule.kind == "tier" else by.value


class Choice(NamedTuple):
    """Rules prepared for many sales: those that sales can earn by, and by which limits is counted what they give."""

    rules: RuleSet
    evaluator: Evaluator
    counted: Mapping[str, Counted]


def prepared(rules: RuleSet, counted: Mapping[str, Counted]) -> Choice:
    """Leave out the rules for taking part: no sale earns by them."""
    for_sales = tuple(rule for rule in rules.rules if not rule.when.participations)
    found = RuleSet(for_sales, rules.spending, rules.point_value)
    return Choice(found, Evaluator(found), {rule.key: counted[rule.key] for rule in for_sales if rule.key in counted})


class Side:
    """Rules replayed; `choose` says which version a sale earns by. What they give is written down in `tally`."""

    def __init__(self, choose: Callable[[SaleEvent], Choice], tally: SideTally) -> None:
        self._choose = choose
        self._tally = tally
        self._counters = Counters()
        self._open: dict[bytes, _Open] = {}

    def rules_for(self, sale: SaleEvent) -> RuleSet:
        """The rules that the sale earns by."""
        return self._choose(sale).rules

    def sell(self, sale: SaleEvent, facts: SaleFacts) -> tuple[int, list[Gain], list[Rule]]:
        """What the sale earns, counted against the limits: its value in the programme's unit, the gains, and the rules
        of which a limit left nothing.
        """
        choice = self._choose(sale)
        counted, counters = choice.counted, self._counters
        if counted:
            gains, emptied = choice.evaluator.gains(facts, counters.turn_to(sale.customer, facts.moment.day))
        else:
            gains, emptied = choice.evaluator.gains(facts)
        tally = self._tally
        tallies, value = tally.rules, 0
        for rule, _base, wanted, amount, cut_by, _lines in gains:
            key = rule.key
            found = tallies.get(key) or tally.rule(rule)
            found.times += 1
            found.granted += amount
            if cut_by is not None:
                found.note_cut(cut_by, wanted - amount)
            if found.kind == "tier":
                tally.tier_points += amount
            elif found.kind == "gift":
                tally.gifts += amount
            else:
                value += amount
            if key in counted:
                counters.add(counted[key], amount)
        for rule in emptied:
            tally.rule(rule).times_empty += 1
        if value:
            tally.sales += 1
            tally.granted += value
        if sale.comes_back:
            self._open[sale.purchase] = _Open(sale, _parts(counted, gains, facts.moment.day))
        return value, gains, emptied

    def count(self, sale: SaleEvent) -> None:
        """A sale outside the period: what the ledger awarded uses limits up, by the rules of the same key.

        Also what was given before there was a limit, as it is counted once there is one.
        """
        choice = self._choose(sale)
        parts = []
        for kept in sale.kept:
            by = choice.counted.get(kept.rule)
            if by is None:
                continue
            day = date.fromisoformat(kept.counted_on) if kept.counted_on else sale.moment.day
            self._counters.turn_to(sale.customer, day).add(by, kept.granted)
            parts.append(_Part(by.rule, by, kept.granted, kept.lines, day))
        if parts and sale.comes_back:
            self._open[sale.purchase] = _Open(sale, parts)

    def take_back(self, back: BackEvent, *, counts: bool) -> tuple[int, list[TakenBack]]:
        """What a refund or cancellation takes back of what this side gave, and its value in the programme's unit.

        It is written down if the sale `counts`: if it was in the period.
        """
        sale = self._open.get(back.purchase)
        if sale is None:
            return 0, []
        for position, quantity in back.returned:
            sale.returned[position] = sale.returned.get(position, 0) + quantity
        articles = [each._replace(returned=sale.returned.get(each.position, 0)) for each in sale.articles]
        taken = [each for each in (self._due(part, sale, back, articles) for part in sale.parts) if each]
        if back.refunded_minor >= sale.gross_minor:
            del self._open[back.purchase]
        return (sum(self._tally.note_taken(*each) for each in taken) if counts else 0), taken

    def _due(self, part: _Part, sale: _Open, back: BackEvent, articles: list[ReturnedArticle]) -> TakenBack | None:
        share = share_of_sale(
            part.lines, gross_minor=sale.gross_minor, refunded_minor=back.refunded_minor, articles=articles
        )
        due = still_to_reverse(
            granted=part.granted, reversed_before=part.reversed, share=share, rounding=part.rule.rounding
        )
        if not due:
            return None
        before = part.granted - part.reversed
        part.reversed += due
        if part.by is not None:
            counters = self._counters.turn_to(back.customer, part.counted_on)
            counters.free(part.by, before, before - due)
        return TakenBack(part.rule, due)

    def forget(self) -> None:
        """The next events are another customer's, and no limit is shared."""
        self._counters.forget()
        self._open.clear()
