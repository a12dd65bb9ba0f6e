"""Evaluation: pure, total and deterministic. The same facts and rules always give the same answer."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from programs.rules.conditions import Reason, chooser_of, tests_of
from programs.rules.facts import Facts, Line, SaleFacts
from programs.rules.limits import Room, Used, UsedByRule, Uses, room_for
from programs.rules.multipliers import Shares, added_by, base_at, earned_at
from programs.rules.spec import PlanGift, Rule, RuleSet
from programs.rules.stacking import Candidate, base_on, settle, shares_of
from smartbis.kernel.money import divide

# Taking part has no amount: rules meet on one line that is worth nothing.
_TAKING_PART = (Line(0, 0, 0),)


class Granted(NamedTuple):
    """What a rule gives: `amount` of the `wanted` that it would without limits, from `base` minor units.

    In the programme's unit, or how many of a gift. `cut_by` names the limit that took the difference. `lines` says
    which lines earned and how much of the base each was, unless the whole sale did; of a multiplier, which lines earned
    what it multiplied, and how much of that was each one's.
    """

    rule: Rule
    base: int
    wanted: int
    amount: int
    cut_by: str | None = None
    lines: Shares = ()

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


# What becomes a `Granted`, and what becomes a `Candidate`. Replays make millions of them, and a named tuple costs ten
# times as much to make as a plain one.
Gain = tuple[Rule, int, int, int, str | None, Shares]
_Standing = tuple["_Ready", tuple[Line, ...], bool, int, Room]
_NO_USES: Uses = UsedByRule({})
_ENDLESS: Room = (None, None)


def evaluate(rules: RuleSet, facts: Facts, used: Mapping[str, Used] | None = None) -> Evaluation:
    """What the rules give for `facts`, when `used` (by rule key) was given before. Never negative, never raises."""
    return Evaluator(rules).judge(facts, UsedByRule(used) if used else _NO_USES)


class Evaluator:
    """A set of rules made ready: what does not depend on the facts is found out once, for any number of sales."""

    __slots__ = ("_for_participations", "_for_sales", "_only_adds_up", "_ready")

    def __init__(self, rules: RuleSet) -> None:
        self._ready = {rule.key: _Ready(rule, rules) for rule in rules.rules}
        self._for_sales = [each for each in self._ready.values() if not each.rule.when.participations]
        self._for_participations = [each for each in self._ready.values() if each.rule.when.participations]
        # Then no rule silences another: whatever applies counts.
        self._only_adds_up = all(rule.stacking.mode == "sum" for rule in rules.rules)

    def judge(self, facts: Facts, uses: Uses = _NO_USES) -> Evaluation:
        """What the rules give for `facts`, as `evaluate`."""
        others = self._for_participations if type(facts) is SaleFacts else self._for_sales
        missed = {each.rule.key: Missed(each.rule, "kind_not_rewarded") for each in others}
        gains, _emptied = self.gains(facts, uses, missed)
        return Evaluation(
            tuple([Granted(*gain) for gain in gains]), tuple([missed[key] for key in self._ready if key in missed])
        )

    def gains(
        self, facts: Facts, uses: Uses = _NO_USES, missed: dict[str, Missed] | None = None
    ) -> tuple[list[Gain], list[Rule]]:
        """What is granted, and the rules of which a limit left nothing; why others give nothing goes into `missed`.

        A gain holds what `Granted` does.
        """
        if type(facts) is SaleFacts:
            lines = facts.lines or (Line(0, facts.gross_minor, facts.paid_minor),)
            asked = self._for_sales
        else:
            lines, asked = _TAKING_PART, self._for_participations
        standing: list[_Standing] = []
        emptied: list[Rule] = []
        for ready in asked:
            verdict = ready.weigh(facts, lines, uses)
            limit = None
            if isinstance(verdict, tuple):
                left, limit = verdict[4]
                if left != 0:
                    standing.append(verdict)
                    continue
                verdict = "limit_reached"
                emptied.append(ready.rule)
            if missed is not None:
                missed[ready.rule.key] = Missed(ready.rule, verdict, limit)
        if len(standing) > 1 and not self._only_adds_up:
            standing = self._settled(standing, missed)
        return self._granted(standing, emptied, missed), emptied

    def _settled(self, standing: list[_Standing], missed: dict[str, Missed] | None) -> list[_Standing]:
        kept, lost = settle(_candidates(standing))
        if missed is not None:
            missed |= {key: Missed(self._ready[key].rule, reason) for key, reason in lost.items()}
        return [(self._ready[each.rule.key], each.lines, each.whole, each.base, each.room) for each in kept]

    def _granted(self, standing: list[_Standing], emptied: list[Rule], missed: dict[str, Missed] | None) -> list[Gain]:
        gains: list[Gain] = []
        for ready, lines, whole, base, (left, limit) in standing:
            reason: Reason = "nothing_after_rounding"
            shares = () if whole else shares_of(ready.rule, lines)
            if ready.parts:
                wanted = (base * ready.times + ready.plus) // ready.parts
            elif ready.multiplies:
                this, others = Candidate(ready.rule, lines, whole, base), _candidates(standing)
                worth = added_by(this, others)
                wanted = divide(*worth, ready.rule.rounding)
                if shares := earned_at(this, others):
                    base = base_at(this, shares)
                reason = reason if worth[0] else "nothing_to_multiply"
            else:
                wanted = ready.pieces
            amount, by = wanted, None
            if ready.is_limited:
                if ready.most is not None and ready.most < amount:
                    amount, by = ready.most, "per_purchase"
                if left is not None and left < amount:
                    amount, by = left, limit
            if amount > 0:
                gains.append((ready.rule, base, wanted, amount, by, shares))
                continue
            if wanted > 0:
                emptied.append(ready.rule)
                reason = "limit_reached"
            if missed is not None:
                missed[ready.rule.key] = Missed(ready.rule, reason, by)
        return gains


def _candidates(standing: Sequence[_Standing]) -> list[Candidate]:
    return [Candidate(ready.rule, lines, whole, base, room) for ready, lines, whole, base, room in standing]


class _Ready:
    """One rule made ready."""

    __slots__ = (
        "choose",
        "counts",
        "is_gross",
        "is_limited",
        "least",
        "least_quantity",
        "most",
        "multiplies",
        "parts",
        "pieces",
        "plus",
        "rule",
        "tests",
        "times",
        "value",
    )

    def __init__(self, rule: Rule, rules: RuleSet) -> None:
        when, effect = rule.when, rule.effect
        self.rule = rule
        self.tests, self.choose = tests_of(when), chooser_of(when)
        self.is_gross = rule.base == "gross"
        self.least, self.least_quantity = max(1, when.minimum_minor), when.minimum_quantity
        self.counts, self.is_limited, self.most = rule.limits.counts, rule.limits.exist, rule.limits.per_purchase
        self.value = None if rule.kind == "tier" else rules.point_value
        # A rate as (base * times + plus) // parts, which is `divide` by the rule's rounding; parts 0 where it is none.
        self.times, self.plus, self.parts = rule.whole_rate
        self.multiplies = rule.kind == "multiplier"
        self.pieces = effect.periods if isinstance(effect, PlanGift) else getattr(effect, "amount", 1)

    def weigh(self, facts: Facts, lines: tuple[Line, ...], uses: Uses) -> _Standing | Reason:
        """The rule with the lines that earn, whether these are all, their base and the room that limits leave.

        Where it does not apply by itself, the first reason why not.
        """
        for test in self.tests:
            reason = test(facts)
            if reason is not None:
                return reason
        whole, base = True, 0
        if type(facts) is SaleFacts:
            base = facts.gross_minor if self.is_gross else facts.paid_minor
            if self.choose is not None:
                chosen = self.choose(lines)
                if not chosen:
                    return "no_such_article"
                if len(chosen) < len(lines):
                    lines, whole, base = chosen, False, base_on(self.rule, chosen)
            if base < self.least:
                return "nothing_paid" if base <= 0 else "below_minimum"
            if self.least_quantity and sum([line.quantity for line in lines]) < self.least_quantity:
                return "below_quantity"
        return self, lines, whole, base, room_for(self.rule, self.value, uses) if self.counts else _ENDLESS
