"""Evaluation: pure, total and deterministic. The same facts and rules always give the same answer."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from programs.rules.conditions import Reason, chosen_lines, reason_against
from programs.rules.facts import Facts, Line, SaleFacts
from programs.rules.limits import Used, cut, is_exhausted
from programs.rules.spec import PlanGift, PointValue, Rule, RuleSet
from programs.rules.stacking import Candidate, Worth, added_by, base_of, base_on, settle
from smartbis.kernel.money import divide

NOTHING_USED = Used()
_NO_USES: Mapping[str, Used] = {}
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
        return self.rule.kind == "gift"

    @property
    def counts_for_tiers(self) -> bool:
        """Whether the amount is points that are never spent."""
        return self.rule.kind == "tier"

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
    before = used or _NO_USES
    verdicts = [_judge(rule, facts, before.get(rule.key, NOTHING_USED)) for rule in rules.rules]
    settled = [each for each in verdicts if type(each) is Candidate]
    standing: dict[str, Candidate] | None = None
    if len(settled) > 1 and not rules.only_adds_up:
        settled, lost = settle(settled)
        standing = {each.rule.key: each for each in settled}
    granted: list[Granted] = []
    missed: list[Missed] = []
    for verdict in verdicts:
        if type(verdict) is Missed:
            missed.append(verdict)
            continue
        key = verdict.rule.key
        if standing is not None:
            if key not in standing:
                missed.append(Missed(verdict.rule, lost[key], verdict.base))
                continue
            verdict = standing[key]
        outcome = _grant(verdict, settled, before.get(key, NOTHING_USED), rules.point_value)
        if type(outcome) is Granted:
            granted.append(outcome)
        else:
            missed.append(outcome)
    return Evaluation(tuple(granted), tuple(missed))


def _judge(rule: Rule, facts: Facts, used: Used) -> Candidate | Missed:
    """Whether the rule applies by itself."""
    when = rule.when
    if type(facts) is SaleFacts:
        if when.asks and (against := reason_against(when, facts)):
            return Missed(rule, against)
        return _judge_lines(rule, facts, used)
    against = reason_against(when, facts)
    if against is None and is_exhausted(rule.limits, used):
        against = "limit_reached"
    return Missed(rule, against) if against else Candidate(rule, (_TAKING_PART,), True, 0)


def _judge_lines(rule: Rule, facts: SaleFacts, used: Used) -> Candidate | Missed:
    when = rule.when
    lines = facts.lines
    base = facts.gross_minor if rule.base == "gross" else facts.paid_minor
    whole = True
    if when.chooses_lines:
        lines = chosen_lines(when, facts)
        if not lines:
            return Missed(rule, "no_such_article")
        whole = len(lines) == len(facts.lines)
        base = base if whole else base_on(rule, lines)
    reason: Reason
    if base <= 0:
        reason = "nothing_paid"
    elif base < when.minimum_minor:
        reason = "below_minimum"
    elif when.minimum_quantity and sum([line.quantity for line in lines]) < when.minimum_quantity:
        reason = "below_quantity"
    elif rule.limits.counts and is_exhausted(rule.limits, used):
        reason = "limit_reached"
    else:
        return Candidate(rule, lines, whole, base)
    return Missed(rule, reason, base)


def _grant(found: Candidate, settled: Sequence[Candidate], used: Used, value: PointValue | None) -> Granted | Missed:
    rule, lines, whole, base = found
    worth, parts = _worth(found, settled)
    if worth == 0 and rule.kind == "multiplier":
        return Missed(rule, "nothing_to_multiply", base)
    wanted = worth if parts == 1 else divide(worth, parts, rule.rounding)
    if wanted <= 0:
        return Missed(rule, "nothing_after_rounding", base)
    amount, by = wanted, None
    if rule.limits.exist:
        amount, by = cut(rule, wanted, used, None if rule.kind == "tier" else value)
        if amount <= 0:
            return Missed(rule, "limit_reached", base, by)
    own = () if whole else tuple([(line.position, base_of(rule, line)) for line in lines])
    return Granted(rule, base, wanted, amount, by, own)


def _worth(found: Candidate, settled: Sequence[Candidate]) -> Worth:
    rule = found.rule
    if rule.rate is not None:
        return found.base * rule.rate[0], rule.rate[1]
    if rule.kind == "multiplier":
        return added_by(found, settled)
    if rule.kind == "gift":
        return rule.effect.periods if isinstance(rule.effect, PlanGift) else 1, 1
    return found.value
