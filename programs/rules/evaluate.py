"""Evaluation: pure, total and deterministic. The same facts and rules always give the same answer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from programs.rules.conditions import Reason, chosen_lines, reason_against
from programs.rules.facts import Facts, Line, SaleFacts
from programs.rules.limits import Used, cut, is_exhausted
from programs.rules.spec import Multiplier, PlanGift, PointValue, Rule, RuleSet, TierPoints
from programs.rules.stacking import Candidate, added_by, base_of, kind_of, settle
from smartbis.kernel.money import divide

NOTHING_USED = Used()
# Taking part has no amount: rules meet on one line that is worth nothing.
_TAKING_PART = Line(0, 0, 0)


@dataclass(frozen=True)
class Granted:
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
        return kind_of(self.rule.effect) == "gift"

    @property
    def counts_for_tiers(self) -> bool:
        """Whether the amount is points that are never spent."""
        return isinstance(self.rule.effect, TierPoints)

    def cut_to(self, amount: int, by: str) -> "Granted":
        """The same with less, because `by` had no more."""
        return replace(self, amount=amount, cut_by=by)


@dataclass(frozen=True)
class Missed:
    """Why a rule gives nothing; `base` is what it would have counted from, in minor units."""

    rule: Rule
    reason: Reason
    base: int = 0
    cut_by: str | None = None


@dataclass(frozen=True)
class Evaluation:
    """What each rule gives or why it does not: every rule is in one of the two, in the rules' order."""

    granted: tuple[Granted, ...]
    missed: tuple[Missed, ...]


def evaluate(rules: RuleSet, facts: Facts, used: Mapping[str, Used] | None = None) -> Evaluation:
    """What the rules give for `facts`, when `used` (by rule key) was given before. Never negative, never raises."""
    before = used or {}
    verdicts = [_judge(rule, facts, before.get(rule.key, NOTHING_USED)) for rule in rules.rules]
    settled, lost = settle([each for each in verdicts if isinstance(each, Candidate)])
    standing = {each.rule.key: each for each in settled}
    granted: list[Granted] = []
    missed: list[Missed] = []
    for verdict in verdicts:
        outcome: Granted | Missed
        if isinstance(verdict, Missed):
            outcome = verdict
        elif verdict.rule.key in standing:
            used_before = before.get(verdict.rule.key, NOTHING_USED)
            outcome = _grant(standing[verdict.rule.key], settled, used_before, rules.point_value)
        else:
            outcome = Missed(verdict.rule, lost[verdict.rule.key], verdict.base)
        granted += [outcome] if isinstance(outcome, Granted) else []
        missed += [outcome] if isinstance(outcome, Missed) else []
    return Evaluation(tuple(granted), tuple(missed))


def _judge(rule: Rule, facts: Facts, used: Used) -> Candidate | Missed:
    """Whether the rule applies by itself."""
    against = reason_against(rule.when, facts)
    if against is None and isinstance(facts, SaleFacts):
        return _judge_lines(rule, facts, used)
    if against is None and is_exhausted(rule.limits, used):
        against = "limit_reached"
    return Missed(rule, against) if against else Candidate(rule, (_TAKING_PART,))


def _judge_lines(rule: Rule, facts: SaleFacts, used: Used) -> Candidate | Missed:
    lines = chosen_lines(rule.when, facts)
    candidate = Candidate(rule, lines, whole=len(lines) == len(facts.lines))
    reason: Reason | None = None
    if not lines:
        reason = "no_such_article"
    elif candidate.base <= 0:
        reason = "nothing_paid"
    elif candidate.base < rule.when.minimum_minor:
        reason = "below_minimum"
    elif sum(line.quantity for line in lines) < rule.when.minimum_quantity:
        reason = "below_quantity"
    elif is_exhausted(rule.limits, used):
        reason = "limit_reached"
    return Missed(rule, reason, candidate.base) if reason else candidate


def _grant(candidate: Candidate, settled: list[Candidate], used: Used, value: PointValue | None) -> Granted | Missed:
    rule, base = candidate.rule, candidate.base
    worth = _worth(candidate, settled)
    if isinstance(rule.effect, Multiplier) and worth == 0:
        return Missed(rule, "nothing_to_multiply", base)
    wanted = divide(worth.numerator, worth.denominator, rule.rounding)
    if wanted <= 0:
        return Missed(rule, "nothing_after_rounding", base)
    is_counted_in_points = not isinstance(rule.effect, TierPoints)
    left = cut(rule, wanted, used, value if is_counted_in_points else None)
    if left.amount <= 0:
        return Missed(rule, "limit_reached", base, left.by)
    lines = () if candidate.whole else tuple((line.position, base_of(rule, line)) for line in candidate.lines)
    return Granted(rule, base, wanted, left.amount, left.by, lines)


def _worth(candidate: Candidate, settled: list[Candidate]) -> Fraction:
    effect = candidate.rule.effect
    if isinstance(effect, Multiplier):
        return added_by(candidate, settled)
    if kind_of(effect) == "gift":
        return Fraction(effect.periods if isinstance(effect, PlanGift) else 1)
    return candidate.value
