"""One side of a backtest: rules replayed over events, with limits counted in memory. Pure.

The rules' own `evaluate`, the limits' own arithmetic, the refunds' own arithmetic: only the counters are not rows.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

from programs.backtest.events import BackEvent, SaleEvent
from programs.rules import Evaluation, PointValue, RuleSet, SaleFacts, Used, evaluate, money_of
from programs.rules.limits import NO_USE, period_keys
from programs.rules.refunds import ReturnedArticle, share_of_sale, still_to_reverse
from programs.rules.spec import Rule

_Name = tuple[str, bytes | None, str]
_BUDGET = "budget"


class TakenBack(NamedTuple):
    """What a refund took back of one grant."""

    rule: Rule
    amount: int
    left: int


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

    __slots__ = ("counted_on", "granted", "lines", "reversed", "rule", "rules")

    def __init__(
        self, rule: Rule, rules: RuleSet, granted: int, lines: tuple[tuple[int, int], ...], counted_on: date | None
    ) -> None:
        self.rule = rule
        self.rules = rules
        self.granted = granted
        self.lines = lines
        self.reversed = 0
        self.counted_on = counted_on


class Counters:
    """How much limited rules gave so far, by rule, customer (None: all) and period."""

    def __init__(self) -> None:
        self._amounts: defaultdict[_Name, int] = defaultdict(int)
        self._times: defaultdict[_Name, int] = defaultdict(int)

    def used(self, rules: Iterable[Rule], customer: bytes, day: date) -> dict[str, Used]:
        """What each limited rule gave before, as `evaluate` wants it."""
        found = {}
        amounts, times, names = self._amounts, self._times, period_keys(day)
        for rule in rules:
            key, limits = rule.key, rule.limits
            found[key] = Used(
                {each: amounts.get((key, customer, names[each]), 0) for each in limits.per_customer}
                if limits.per_customer
                else NO_USE,
                {each: times.get((key, customer, names[each]), 0) for each in limits.times_per_customer}
                if limits.times_per_customer
                else NO_USE,
                {each: amounts.get((key, None, names[each]), 0) for each in limits.per_rule}
                if limits.per_rule
                else NO_USE,
                amounts.get((key, None, _BUDGET), 0) if limits.budget_minor is not None else 0,
            )
        return found

    def add(self, rule: Rule, rules: RuleSet, customer: bytes, day: date, amount: int) -> None:
        """Count what a rule gave."""
        money = money_of(amount, _value(rule, rules)) if rule.limits.budget_minor is not None else 0
        self._move(rule, customer, day, amount, money, 1)

    def free(self, rule: Rule, rules: RuleSet, customer: bytes, day: date, before: int, left: int) -> None:
        """Count what was taken back: of `before` there is `left`."""
        value = _value(rule, rules)
        self._move(rule, customer, day, left - before, money_of(left, value) - money_of(before, value), -(left == 0))

    def forget(self) -> None:
        """Start anew: the next events are another customer's, and nothing is shared."""
        self._amounts.clear()
        self._times.clear()

    def _move(self, rule: Rule, customer: bytes, day: date, amount: int, money: int, times: int) -> None:
        key, limits, names = rule.key, rule.limits, period_keys(day)
        for period in limits.customer_periods:
            name = (key, customer, names[period])
            self._amounts[name] = max(0, self._amounts[name] + amount)
            self._times[name] = max(0, self._times[name] + times)
        for period in limits.per_rule:
            shared = (key, None, names[period])
            self._amounts[shared] = max(0, self._amounts[shared] + amount)
        if limits.budget_minor is not None:
            budget = (key, None, _BUDGET)
            self._amounts[budget] = max(0, self._amounts[budget] + money)


def _value(rule: Rule, rules: RuleSet) -> PointValue | None:
    return None if rule.kind == "tier" else rules.point_value


class Choice(NamedTuple):
    """Rules prepared for many sales: those that sales can earn by, and of these the limited ones."""

    rules: RuleSet
    limited: tuple[Rule, ...]


def prepared(rules: RuleSet) -> Choice:
    """Leave out the rules for taking part: no sale earns by them."""
    for_sales = tuple(rule for rule in rules.rules if not rule.when.participations)
    found = RuleSet(for_sales, rules.spending, rules.point_value)
    return Choice(found, tuple(rule for rule in for_sales if rule.limits.counts))


class Side:
    """Rules replayed; `choose` says which version a sale earns by."""

    def __init__(self, choose: Callable[[SaleEvent], Choice]) -> None:
        self._choose = choose
        self._counters = Counters()
        self._open: dict[bytes, _Open] = {}

    def sell(self, sale: SaleEvent, facts: SaleFacts) -> Evaluation:
        """What the sale earns, counted against the limits."""
        choice = self._choose(sale)
        if not choice.limited:
            found = evaluate(choice.rules, facts)
        else:
            customer, day = sale.customer, sale.moment.day
            found = evaluate(choice.rules, facts, self._counters.used(choice.limited, customer, day))
            for each in found.granted:
                if each.rule.limits.counts:
                    self._counters.add(each.rule, choice.rules, customer, day, each.amount)
        if sale.comes_back:
            self._open[sale.purchase] = _Open(
                sale,
                [
                    _Part(
                        each.rule,
                        choice.rules,
                        each.amount,
                        each.lines,
                        sale.moment.day if each.rule.limits.counts else None,
                    )
                    for each in found.granted
                    if not each.is_gift
                ],
            )
        return found

    def count(self, sale: SaleEvent) -> None:
        """A sale outside the period: what the ledger awarded uses limits up, by the rules of the same key."""
        choice = self._choose(sale)
        parts = []
        for kept in sale.kept:
            rule = choice.rules.rule(kept.rule) if kept.counted_on else None
            if rule is None or not rule.limits.counts:
                continue
            day = date.fromisoformat(kept.counted_on)
            self._counters.add(rule, choice.rules, sale.customer, day, kept.granted)
            parts.append(_Part(rule, choice.rules, kept.granted, kept.lines, day))
        if parts and sale.comes_back:
            self._open[sale.purchase] = _Open(sale, parts)

    def take_back(self, back: BackEvent) -> list[TakenBack]:
        """What a refund or cancellation takes back of what this side gave."""
        sale = self._open.get(back.purchase)
        if sale is None:
            return []
        for position, quantity in back.returned:
            sale.returned[position] = sale.returned.get(position, 0) + quantity
        articles = [each._replace(returned=sale.returned.get(each.position, 0)) for each in sale.articles]
        taken = [each for each in (self._due(part, sale, back, articles) for part in sale.parts) if each]
        if back.refunded_minor >= sale.gross_minor:
            del self._open[back.purchase]
        return taken

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
        if part.counted_on is not None:
            self._counters.free(part.rule, part.rules, back.customer, part.counted_on, before, before - due)
        return TakenBack(part.rule, due, part.granted - part.reversed)

    def forget(self) -> None:
        """The next events are another customer's, and no limit is shared."""
        self._counters.forget()
        self._open.clear()
