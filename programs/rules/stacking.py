"""Which of the rules that apply count on which lines. Pure, exact, and the same whatever the rules' order.

Rules meet only their like: those that give value, those that multiply, those that count for tiers, those that give
things. What a rule gives for a line within its limits is compared exactly, before rounding, as a fraction of whole
numbers; ties go to the higher priority, then to the key that comes first.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from programs.rules.conditions import Reason
from programs.rules.facts import Line
from programs.rules.limits import Room
from programs.rules.spec import KIND_OF, Effect, Fixed, Kind, Multiplier, Rule

# A worth before rounding: so many of so many parts, the second above zero.
Worth = tuple[int, int]
NOTHING: Worth = (0, 1)


class Candidate(NamedTuple):
    """A rule that applies, and the lines that still count for it; `whole` if those are all of the sale's.

    `base` is the lines' amount in minor units, as the rule's base says; `room` what limits leave, if there are any.
    """

    rule: Rule
    lines: tuple[Line, ...]
    whole: bool
    base: int
    room: Room = (None, None)

    @property
    def value(self) -> Worth:
        """What the rule is worth before rounding, in its unit; multipliers and gifts by themselves nothing."""
        return value_on(self.rule, self.base)

    def at_most(self, worth: Worth) -> Worth:
        """So much of a worth as the rule's limits leave for the sale."""
        for most in (self.room[0], self.rule.limits.per_purchase):
            if most is not None and worth[0] > most * worth[1]:
                worth = most, 1
        return worth


KeepLine = Callable[[Candidate, Line], bool]


def kind_of(effect: Effect) -> Kind:
    """Which rules an effect meets."""
    return KIND_OF[type(effect)]


def base_of(rule: Rule, line: Line) -> int:
    """A line's amount in minor units, as the rule's base says."""
    return line.gross_minor if rule.base == "gross" else line.paid_minor


def base_on(rule: Rule, lines: Sequence[Line]) -> int:
    """The amount of several lines."""
    if len(lines) == 1:
        return base_of(rule, lines[0])
    if rule.base == "gross":
        return sum([line.gross_minor for line in lines])
    return sum([line.paid_minor for line in lines])


def shares_of(rule: Rule, lines: Sequence[Line]) -> tuple[tuple[int, int], ...]:
    """The positions of lines, each with its amount."""
    return tuple([(line.position, base_of(rule, line)) for line in lines])


def value_on(rule: Rule, base: int) -> Worth:
    """What a rule gives for a base before rounding."""
    rate = rule.rate
    if rate is not None:
        return base * rate[0], rate[1]
    effect = rule.effect
    return (effect.amount, 1) if isinstance(effect, Fixed) else NOTHING


def _is_more(one: Worth, other: Worth) -> bool:
    return one[0] * other[1] > other[0] * one[1]


def plus(one: Worth, other: Worth) -> Worth:
    """Both together."""
    if one[1] == other[1]:
        return one[0] + other[0], one[1]
    return one[0] * other[1] + other[0] * one[1], one[1] * other[1]


def _minus(one: Worth, other: Worth) -> Worth:
    return plus(one, (-other[0], other[1]))


def settle(candidates: Sequence[Candidate]) -> tuple[list[Candidate], dict[str, Reason]]:
    """The candidates with the lines on which each counts, in their order; and why the others, by key, do not."""
    lost: dict[str, Reason] = {}
    kept = list(candidates)
    if len(kept) < 2 or all(each.rule.stacking.mode == "sum" for each in kept):
        return kept, lost
    for kind in ("value", "multiplier", "tier", "gift"):
        kept = _without_silenced(kept, kind, lost)
    kept = _best_rates(kept, "value", lost)
    kept = _best_rates(kept, "tier", lost)
    kept = _best_fixed(kept, lost)
    return _best_multiplier(kept, lost), lost


def _without_silenced(candidates: list[Candidate], kind: Kind, lost: dict[str, Reason]) -> list[Candidate]:
    """Lines with an exclusive rule are its own; of several such rules the strongest has them."""
    exclusive = [each for each in candidates if _is(each, kind, "exclusive")]
    if not exclusive:
        return candidates
    owner: dict[int, str] = {}
    for each in sorted(exclusive, key=lambda one: _strength(one.rule)):
        for line in each.lines:
            owner.setdefault(line.position, each.rule.key)
    return _narrowed(
        candidates,
        lambda each, line: each.rule.kind != kind or owner.get(line.position, each.rule.key) == each.rule.key,
        "excluded_by_other",
        lost,
    )


def _best_rates(candidates: list[Candidate], kind: Kind, lost: dict[str, Reason]) -> list[Candidate]:
    """Of the rates that want to be the best, each line keeps the one that gives most for it."""
    rates = [each for each in candidates if _is(each, kind, "best") and not isinstance(each.rule.effect, Fixed)]
    if len(rates) < 2:
        return candidates
    best = _givers(sorted(rates, key=lambda one: _strength(one.rule)))
    competing = {each.rule.key for each in rates}
    return _narrowed(
        candidates,
        lambda each, line: each.rule.key not in competing or best[line.position] == each.rule.key,
        "less_than_best",
        lost,
    )


def _givers(rates: Sequence[Candidate]) -> dict[int, str]:
    """By line the key of the rate that gives most for it; of equal ones the first."""
    if any(each.rule.limits.exist and each.at_most(each.value) != each.value for each in rates):
        return _givers_within_limits(rates)
    best: dict[int, tuple[Worth, str]] = {}
    for each in rates:
        for line in each.lines:
            worth = value_on(each.rule, base_of(each.rule, line))
            if line.position not in best or _is_more(worth, best[line.position][0]):
                best[line.position] = (worth, each.rule.key)
    return {position: key for position, (_, key) in best.items()}


def _givers_within_limits(rates: Sequence[Candidate]) -> dict[int, str]:
    """The same where a limit cuts: each rate counts for a line with what is left of its limits after the lines before.

    The dearest line is first. So the rates together give at least what any of them would alone.
    """
    lines = {line.position: line for each in rates for line in each.lines}
    best: dict[int, str] = {}
    worths = {each.rule.key: NOTHING for each in rates}
    for line in sorted(lines.values(), key=lambda one: (-one.gross_minor, one.position)):
        most, taken = NOTHING, NOTHING
        for each in rates:
            if line not in each.lines:
                continue
            before = worths[each.rule.key]
            after = plus(before, value_on(each.rule, base_of(each.rule, line)))
            more = _minus(each.at_most(after), each.at_most(before))
            if line.position not in best or _is_more(more, most):
                best[line.position], most, taken = each.rule.key, more, after
        worths[best[line.position]] = taken
    return best


def _best_fixed(candidates: list[Candidate], lost: dict[str, Reason]) -> list[Candidate]:
    """A fixed amount that wants to be the best is held against what the best rates give together, all within limits."""
    bests = [each for each in candidates if _is(each, "value", "best")]
    fixed = [each for each in bests if isinstance(each.rule.effect, Fixed)]
    if not fixed or len(bests) < 2:
        return candidates
    together = NOTHING
    for each in bests:
        if not isinstance(each.rule.effect, Fixed):
            together = plus(together, each.at_most(each.value))
    strongest = min(fixed, key=lambda one: (-one.at_most(one.value)[0], *_strength(one.rule)))
    wins = _is_more(strongest.at_most(strongest.value), together)
    losers = {each.rule.key for each in (bests if wins else fixed)} - ({strongest.rule.key} if wins else set())
    lost.update(dict.fromkeys(losers, "less_than_best"))
    return [each for each in candidates if each.rule.key not in losers]


def _best_multiplier(candidates: list[Candidate], lost: dict[str, Reason]) -> list[Candidate]:
    """Of the multipliers that want to be the best, each line keeps the strongest."""
    bests = [each for each in candidates if _is(each, "multiplier", "best")]
    if len(bests) < 2:
        return candidates
    best: dict[int, str] = {}
    for each in sorted(bests, key=lambda one: (-_factor(one.rule), *_strength(one.rule))):
        for line in each.lines:
            best.setdefault(line.position, each.rule.key)
    competing = {each.rule.key for each in bests}
    return _narrowed(
        candidates,
        lambda each, line: each.rule.key not in competing or best[line.position] == each.rule.key,
        "less_than_best",
        lost,
    )


def _factor(rule: Rule) -> int:
    assert isinstance(rule.effect, Multiplier)
    return rule.effect.factor_bp


def _strength(rule: Rule) -> tuple[int, str]:
    return -rule.stacking.priority, rule.key


def _is(candidate: Candidate, kind: Kind, mode: str) -> bool:
    return candidate.rule.stacking.mode == mode and candidate.rule.kind == kind


def _narrowed(
    candidates: Sequence[Candidate], keep: KeepLine, reason: Reason, lost: dict[str, Reason]
) -> list[Candidate]:
    """The candidates with only the lines to keep; one that loses its last line is lost."""
    found = []
    for each in candidates:
        lines = tuple([line for line in each.lines if keep(each, line)])
        if len(lines) == len(each.lines):
            found.append(each)
        elif lines:
            found.append(each._replace(lines=lines, whole=False, base=base_on(each.rule, lines)))
        else:
            lost[each.rule.key] = reason
    return found
