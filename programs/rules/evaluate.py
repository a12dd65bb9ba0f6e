"""Evaluation: pure, total and deterministic. The same facts and rules always give the same answer."""

from typing import NamedTuple, Protocol

from programs.rules.conditions import Reason, Test, chosen_lines, tests_of
from programs.rules.facts import Facts, Line, SaleFacts
from programs.rules.limits import NOTHING_USED, Used, cut, is_exhausted
from programs.rules.spec import PlanGift, Rule, RuleSet
from programs.rules.stacking import Candidate, added_by, base_of, base_on, settle
from smartbis.kernel.money import divide

# Taking part has no amount: rules meet on one line that is worth nothing.
_TAKING_PART = (Line(0, 0, 0),)


class Granted(NamedTuple):
    """What a rule gives: `amount` of the `wanted` that it would without limits, from `base` minor units.

    In the programme's unit, or how many of a gift. `cut_by` names the limit that took the difference. `lines` says
    which lines earned and how much of the base each was, unless the whole sale did.
    """

    rule: Rule
    base: int
    wanted: int
    amount: int
    cut_by: str | None = None
    lines: tuple[tuple[int, int], ...] = ()

    @property
    def is_gift(self) -> bool:
        """Whether a thing is given rather than value."""
        return self.rule.kind == "gift"

    @property
    def counts_for_tiers(self) -> bool:
        """Whether the amount is points that are never spent."""
        return self.rule.kind == "tier"

    def cut_to(self, amount: int, by: str) -> "Granted":
        """The same with less, because `by` had no more."""
        return self._replace(amount=amount, cut_by=by)


class Missed(NamedTuple):
    """Why a rule gives nothing; `cut_by` names the limit that left nothing of what it wanted."""

    rule: Rule
    reason: Reason
    cut_by: str | None = None


class Evaluation(NamedTuple):
    """What each rule gives or why it does not: every rule is in one of the two, in the rules' order."""

    granted: tuple[Granted, ...]
    missed: tuple[Missed, ...]


class Uses(Protocol):
    """What rules gave before, by their key: a dict, or whatever finds it out when it is asked."""

    def get(self, key: str, default: Used, /) -> Used:
        """What the rule of that key gave; `default` where it gave nothing."""


_NO_USES: Uses = dict[str, Used]()


def evaluate(rules: RuleSet, facts: Facts, used: Uses | None = None) -> Evaluation:
    """What the rules give for `facts`, when `used` (by rule key) was given before. Never negative, never raises."""
    return Evaluator(rules).judge(facts, used)


class Evaluator:
    """A set of rules made ready: what does not depend on the facts is found out once, for any number of sales."""

    __slots__ = ("_for_participations", "_for_sales", "_only_adds_up", "_ready", "_value")

    def __init__(self, rules: RuleSet) -> None:
        self._value = rules.point_value
        self._ready = {rule.key: _Ready(rule) for rule in rules.rules}
        self._for_sales = [each for each in self._ready.values() if not each.rule.when.participations]
        self._for_participations = [each for each in self._ready.values() if each.rule.when.participations]
        # Then no rule silences another: whatever applies counts.
        self._only_adds_up = all(rule.stacking.mode == "sum" for rule in rules.rules)

    def judge(self, facts: Facts, used: Uses | None = None, *, explain: bool = True) -> Evaluation:
        """What the rules give for `facts`, as `evaluate`.

        Without `explain` only those rules are told of as missed of which a limit left nothing; what is granted is the
        same.
        """
        before = _NO_USES if used is None else used
        missed: dict[str, Missed] = {}
        standing: list[Candidate] = []
        if type(facts) is SaleFacts:
            lines = facts.lines or (Line(0, facts.gross_minor, facts.paid_minor),)
            asked, others = self._for_sales, self._for_participations
        else:
            lines, asked, others = _TAKING_PART, self._for_participations, self._for_sales
        if explain:
            missed = {each.key: Missed(each.rule, "kind_not_rewarded") for each in others}
        for ready in asked:
            verdict = ready.judge(facts, lines, before)
            if isinstance(verdict, Candidate):
                standing.append(verdict)
            elif explain or verdict == "limit_reached":
                missed[ready.key] = Missed(ready.rule, verdict)
        if len(standing) > 1 and not self._only_adds_up:
            standing, lost = settle(standing)
            if explain:
                missed |= {key: Missed(self._ready[key].rule, reason) for key, reason in lost.items()}
        granted = []
        for each in standing:
            found = self._grant(each, standing)
            if isinstance(found, Granted):
                granted.append(found)
            elif explain or found.reason == "limit_reached":
                missed[each.rule.key] = found
        if not missed:
            return Evaluation(tuple(granted), ())
        return Evaluation(tuple(granted), tuple([missed[key] for key in self._ready if key in missed]))

    def _grant(self, found: Candidate, standing: list[Candidate]) -> Granted | Missed:
        rule, lines, whole, base, used = found
        ready = self._ready[rule.key]
        if ready.parts:
            wanted = (base * ready.times + ready.plus) // ready.parts
        elif rule.kind == "multiplier":
            worth, parts = added_by(found, standing)
            if worth == 0:
                return Missed(rule, "nothing_to_multiply")
            wanted = divide(worth, parts, rule.rounding)
        else:
            wanted = ready.pieces
        if wanted <= 0:
            return Missed(rule, "nothing_after_rounding")
        own = () if whole else tuple([(line.position, base_of(rule, line)) for line in lines])
        if not ready.is_limited:
            return Granted(rule, base, wanted, wanted, None, own)
        amount, by = cut(rule, wanted, used, None if rule.kind == "tier" else self._value)
        return Granted(rule, base, wanted, amount, by, own) if amount > 0 else Missed(rule, "limit_reached", by)


class _Ready:
    """One rule made ready."""

    __slots__ = (
        "chooses_lines",
        "counts",
        "is_gross",
        "is_limited",
        "key",
        "least",
        "least_quantity",
        "parts",
        "pieces",
        "plus",
        "rule",
        "tests",
        "times",
    )

    def __init__(self, rule: Rule) -> None:
        when, effect = rule.when, rule.effect
        self.rule, self.key = rule, rule.key
        self.tests: tuple[Test, ...] = tests_of(when)
        self.chooses_lines = when.chooses_lines
        self.is_gross = rule.base == "gross"
        self.least, self.least_quantity = max(1, when.minimum_minor), when.minimum_quantity
        self.counts, self.is_limited = rule.limits.counts, rule.limits.exist
        # A rate as (base * times + plus) // parts, which is `divide` by the rule's rounding; parts 0 where it is none.
        self.times, self.plus, self.parts = rule.whole_rate
        self.pieces = effect.periods if isinstance(effect, PlanGift) else getattr(effect, "amount", 1)

    def judge(self, facts: Facts, lines: tuple[Line, ...], before: Uses) -> Candidate | Reason:
        """Whether the rule applies by itself; the first reason why not."""
        rule = self.rule
        for test in self.tests:
            reason = test(rule.when, facts)
            if reason is not None:
                return reason
        whole = True
        if type(facts) is not SaleFacts:
            return self._within_limits(lines, whole, 0, before)
        base = facts.gross_minor if self.is_gross else facts.paid_minor
        if self.chooses_lines:
            chosen = chosen_lines(rule.when, lines)
            if not chosen:
                return "no_such_article"
            if len(chosen) < len(lines):
                lines, whole, base = chosen, False, base_on(rule, chosen)
        if base < self.least:
            return "nothing_paid" if base <= 0 else "below_minimum"
        if self.least_quantity and sum([line.quantity for line in lines]) < self.least_quantity:
            return "below_quantity"
        if self.counts:
            return self._within_limits(lines, whole, base, before)
        return Candidate(rule, lines, whole, base)

    def _within_limits(self, lines: tuple[Line, ...], whole: bool, base: int, before: Uses) -> Candidate | Reason:
        used = before.get(self.key, NOTHING_USED)
        if is_exhausted(self.rule.limits, used):
            return "limit_reached"
        return Candidate(self.rule, lines, whole, base, used)
