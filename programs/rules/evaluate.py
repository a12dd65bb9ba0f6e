"""Evaluation: pure, total and deterministic. The same facts and rules always give the same answer."""

from collections.abc import Mapping
from typing import NamedTuple

from programs.rules.conditions import Reason, chosen_lines, reason_against
from programs.rules.facts import Facts, Line, SaleFacts
from programs.rules.limits import Used, cut, is_exhausted
from programs.rules.spec import Multiplier, PlanGift, PointValue, Rule, RuleSet, TierPoints
from programs.rules.stacking import NOTHING, Candidate, Worth, added_by, base_of, candidate, kind_of, settle
from smartbis.kernel.money import divide

NOTHING_USED = Used()
# Taking part has no amount: rules meet on one line that is worth nothing.
_TAKING_PART = Line(0, 0, 0)


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
        return kind_of(self.rule.effect) == "gift"

    @property
    def counts_for_tiers(self) -> bool:
        """Whether the amount is points that are never spent."""
        return isinstance(self.rule.effect, TierPoints)

    def cut_to(self, amount: int, by: str) -> "Granted":
        """The same with less, because `by` had no more."""
        return self._replace(amount=amount, cut_by=by)


class Missed(NamedTuple):
    """Why a rule gives nothing; `base` is what it would have counted from, in minor units."""

    rule: Rule
    reason: Reason
    base: int = 0
    cut_by: str | None = None


class Evaluation(NamedTuple):
    """What each rule gives or why it does not: every rule is in one of the two, in the rules' order."""

    granted: tuple[Granted, ...]
    missed: tuple[Missed, ...]


def evaluate(rules: RuleSet, facts: Facts, used: Mapping[str, Used] | None = None) -> Evaluation:
    """What the rules give for `facts`, when `used` (by rule key) was given before. Never negative, never raises."""
    before = used or {}
    verdicts = [_judge(rule, facts, before.get(rule.key, NOTHING_USED)) for rule in rules.rules]
    settled, lost = settle([each for each in verdicts if type(each) is Candidate])
    standing = {each.rule.key: each for each in settled}
    granted: list[Granted] = []
    missed: list[Missed] = []
    for verdict in verdicts:
        outcome: Granted | Missed
        key = verdict.rule.key
        if type(verdict) is Missed:
            outcome = verdict
        elif key in standing:
            outcome = _grant(standing[key], settled, before.get(key, NOTHING_USED), rules.point_value)
        else:
            outcome = Missed(verdict.rule, lost[key], verdict.base)
        if type(outcome) is Granted:
            granted.append(outcome)
        elif type(outcome) is Missed:
            missed.append(outcome)
    return Evaluation(tuple(granted), tuple(missed))


def _judge(rule: Rule, facts: Facts, used: Used) -> Candidate | Missed:
    """Whether the rule applies by itself."""
    against = reason_against(rule.when, facts)
    if against is None and isinstance(facts, SaleFacts):
        return _judge_lines(rule, facts, used)
    if against is None and is_exhausted(rule.limits, used):
        against = "limit_reached"
    return Missed(rule, against) if against else candidate(rule, (_TAKING_PART,))


def _judge_lines(rule: Rule, facts: SaleFacts, used: Used) -> Candidate | Missed:
    lines = chosen_lines(rule.when, facts)
    found = candidate(rule, lines, whole=len(lines) == len(facts.lines))
    base = found.base
    when = rule.when
    reason: Reason | None = None
    if not lines:
        reason = "no_such_article"
    elif base <= 0:
        reason = "nothing_paid"
    elif base < when.minimum_minor:
        reason = "below_minimum"
    elif when.minimum_quantity and sum([line.quantity for line in lines]) < when.minimum_quantity:
        reason = "below_quantity"
    elif rule.limits.counts and is_exhausted(rule.limits, used):
        reason = "limit_reached"
    return Missed(rule, reason, base) if reason else found


def _grant(found: Candidate, settled: list[Candidate], used: Used, value: PointValue | None) -> Granted | Missed:
    rule, lines, whole, base = found
    worth = _worth(found, settled)
    if worth[0] == 0 and isinstance(rule.effect, Multiplier):
        return Missed(rule, "nothing_to_multiply", base)
    wanted = divide(worth[0], worth[1], rule.rounding)
    if wanted <= 0:
        return Missed(rule, "nothing_after_rounding", base)
    amount, by = wanted, None
    if rule.limits.exist:
        amount, by = cut(rule, wanted, used, None if isinstance(rule.effect, TierPoints) else value)
        if amount <= 0:
            return Missed(rule, "limit_reached", base, by)
    own = () if whole else tuple([(line.position, base_of(rule, line)) for line in lines])
    return Granted(rule, base, wanted, amount, by, own)


def _worth(found: Candidate, settled: list[Candidate]) -> Worth:
    effect = found.rule.effect
    if isinstance(effect, Multiplier):
        return added_by(found, settled)
    worth = found.value
    if worth is NOTHING:
        return effect.periods if isinstance(effect, PlanGift) else 1, 1
    return worth
