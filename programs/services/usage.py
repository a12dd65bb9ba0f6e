"""What limited rules may still give, while sales are being awarded.

What a customer had is sure, since their accounts are locked. What all had together is read first, and then taken from a
few rows a counter: one that nobody holds and that has room, or else all of them, locked in order. Never more than the
limit is taken, and one popular rule is not one hot row.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple
from uuid import UUID

from programs.rules import PointValue, Rule, RuleSet, Used, bought_for, money_of, period_key
from programs.rules.spec import PERIODS, Limits, Period
from programs.services import counters
from programs.services.counters import Counter

BUDGET = "budget"


class Key(NamedTuple):
    """Whose limits: a rule of a programme, through all its versions."""

    program: UUID
    rule: str


@dataclass
class Take:
    """What a rule wants to give once, counted by `rule`'s limits; `amount` shrinks when others were quicker."""

    key: Key
    rule: Rule
    value: PointValue | None
    customer: UUID
    day: date
    amount: int
    cut_by: str | None = None


class Allowances:
    """The uses of the limited rules of some occasions, as they were before, and what is taken now."""

    def __init__(self, uses: Mapping[tuple[Key, UUID | None, str], tuple[int, int]]) -> None:
        self._amounts: defaultdict[tuple[Key, UUID | None, str], int] = defaultdict(int)
        self._times: defaultdict[tuple[Key, UUID | None, str], int] = defaultdict(int)
        for name, (amount, times) in uses.items():
            self._amounts[name], self._times[name] = amount, times
        self.takes: list[Take] = []

    @classmethod
    def read(
        cls, tenant: UUID, wanted: Iterable[tuple[UUID, RuleSet]], customers: Iterable[UUID], days: Iterable[date]
    ) -> "Allowances":
        """What the limited rules of these programmes gave in the periods that hold these days. One query."""
        keys = {(program, rule.key) for program, rules in wanted for rule in rules.rules if rule.limits.counts}
        if not keys:
            return cls({})
        periods = {period_key(period, day) for day in set(days) for period in PERIODS} | {BUDGET}
        rows = counters.uses(tenant=tenant, rules=keys, customers=set(customers), periods=periods)
        return cls({(Key(row[0], row[1]), row[2], row[3]): (row[4], row[5]) for row in rows})

    def used(self, program: UUID, rules: RuleSet, customer: UUID, day: date) -> dict[str, Used]:
        """What each limited rule gave so far, by its key."""
        return {
            rule.key: self._used(Key(program, rule.key), rule.limits, customer, day)
            for rule in rules.rules
            if rule.limits.counts
        }

    def _used(self, key: Key, limits: Limits, customer: UUID, day: date) -> Used:
        def given(periods: Iterable[Period], whose: UUID | None) -> dict[Period, int]:
            return {period: self._amounts[key, whose, period_key(period, day)] for period in periods}

        return Used(
            customer=given(limits.per_customer, customer),
            times={period: self._times[key, customer, period_key(period, day)] for period in limits.times_per_customer},
            rule=given(limits.per_rule, None),
            budget_minor=self._amounts[key, None, BUDGET],
        )

    def note(self, take: Take) -> None:
        """Count what a rule gives, for the occasions that follow."""
        self.takes.append(take)
        for name in _customer_counters(take):
            self._amounts[name] += take.amount
            self._times[name] += 1
        for counter, amount in _shared_counters(take):
            self._amounts[take.key, None, counter.period] += amount

    def settle(self, tenant: UUID) -> None:
        """Take it all: first from the shared counters, which may have less by now, then for each customer."""
        self._take_shared(tenant)
        amounts: defaultdict[tuple[Key, UUID, str], list[int]] = defaultdict(lambda: [0, 0])
        for take in self.takes:
            for name in _customer_counters(take) if take.amount else ():
                amounts[name][0] += take.amount
                amounts[name][1] += 1
        counters.add_uses(
            tenant=tenant,
            uses=[(*key, customer, period, add[0], add[1]) for (key, customer, period), add in amounts.items()],
        )

    def _take_shared(self, tenant: UUID) -> None:
        """Take all that is wanted of each counter, in their order, and share it out in the order of the takes."""
        wanted: defaultdict[Counter, int] = defaultdict(int)
        for take in self.takes:
            for counter, amount in _shared_counters(take):
                wanted[counter] += amount
        left = {
            counter: counters.take(tenant=tenant, counter=counter, amount=wanted[counter]) for counter in sorted(wanted)
        }
        for take in self.takes:
            for counter, amount in _shared_counters(take):
                if left[counter] < amount:
                    is_money = counter.period == BUDGET
                    take.amount = bought_for(left[counter], take.value) if is_money else left[counter]
                    take.cut_by = "budget_minor" if is_money else "per_rule"
            for counter, amount in _shared_counters(take):
                left[counter] -= amount
        for counter, rest in left.items():
            if rest:
                counters.give_back(tenant=tenant, counter=counter, amount=rest)


def recount(tenant: UUID, takes: Sequence[tuple[Take, int]]) -> None:
    """Make limits count what is left of takes: each as it was counted, and how much of it is left now.

    Where less is left, it is free again. Where more is left (what took it back was itself taken back), it is counted
    again, also past the limit: the limit gives no more until it has room. Runs under the locks.
    """
    customers: defaultdict[tuple[Key, UUID, str], list[int]] = defaultdict(lambda: [0, 0])
    shared: defaultdict[Counter, int] = defaultdict(int)
    for take, left in takes:
        for name in _customer_counters(take):
            customers[name][0] += left - take.amount
            customers[name][1] += (left > 0) - (take.amount > 0)
        after = dict(_shared_counters(replace(take, amount=left)))
        for counter, amount in _shared_counters(take):
            shared[counter] += after[counter] - amount
    counters.add_uses(
        tenant=tenant,
        uses=[(*key, customer, period, by[0], by[1]) for (key, customer, period), by in customers.items()],
    )
    for counter in sorted(shared):
        if (by := shared[counter]) > 0:
            counters.count(tenant=tenant, counter=counter, amount=by)
        else:
            counters.give_back(tenant=tenant, counter=counter, amount=-by)


def _customer_counters(take: Take) -> Iterator[tuple[Key, UUID, str]]:
    limits = take.rule.limits
    for period in PERIODS:
        if period in limits.per_customer or period in limits.times_per_customer:
            yield take.key, take.customer, period_key(period, take.day)


def _shared_counters(take: Take) -> Iterator[tuple[Counter, int]]:
    """The counters that all customers share, with what the take needs of each."""
    limits = take.rule.limits
    for period, most in limits.per_rule.items():
        yield Counter(*take.key, period_key(period, take.day), most), take.amount
    if limits.budget_minor is not None:
        yield Counter(*take.key, BUDGET, limits.budget_minor), money_of(take.amount, take.value)
