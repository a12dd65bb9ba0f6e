"""What a multiplier adds, and on which lines that was earned. Pure and exact."""

from collections.abc import Sequence
from math import gcd, lcm

from programs.rules.facts import Line
from programs.rules.spec import MAX_BASIS_POINTS, Fixed, Multiplier
from programs.rules.stacking import NOTHING, Candidate, Worth, base_of, base_on, plus, value_on

# Lines by position, each with how much of a whole it is.
Shares = tuple[tuple[int, int], ...]


def added_by(multiplier: Candidate, others: Sequence[Candidate]) -> Worth:
    """What a multiplier adds, before rounding: its factor less one, of what value rules are worth on its lines.

    A fixed amount belongs to the sale as a whole: it is multiplied only when all lines are.
    """
    lines = _positions(multiplier)
    worth = NOTHING
    for each in others:
        rule = each.rule
        if rule.kind != "value":
            continue
        if lines is None:
            worth = plus(worth, value_on(rule, each.base))
        elif not isinstance(rule.effect, Fixed):
            shared = sum([base_of(rule, line) for line in each.lines if line.position in lines])
            worth = plus(worth, value_on(rule, shared))
    assert isinstance(multiplier.rule.effect, Multiplier)
    factor = multiplier.rule.effect.factor_bp
    return worth[0] * (factor - MAX_BASIS_POINTS), worth[1] * MAX_BASIS_POINTS


def earned_at(multiplier: Candidate, others: Sequence[Candidate]) -> Shares:
    """Of which lines the gain is that a multiplier multiplies: positions, with the part of each as a whole number.

    None if the whole sale earned it evenly. A fixed amount is spread over the lines that it was given for.
    """
    values = [each for each in others if each.rule.kind == "value"]
    lines = _positions(multiplier)
    if lines is None and all(each.whole for each in values):
        return ()
    found: dict[int, Worth] = {}
    for each in values:
        if lines is not None and isinstance(each.rule.effect, Fixed):
            continue
        for line in each.lines:
            if lines is None or line.position in lines:
                found[line.position] = plus(found.get(line.position, NOTHING), _worth_on(each, line))
    return _in_whole_numbers(dict(sorted(found.items())))


def base_at(multiplier: Candidate, shares: Shares) -> int:
    """The multiplier's base on those of its lines that earned what it multiplies, in minor units."""
    earning = dict(shares)
    return base_on(multiplier.rule, [line for line in multiplier.lines if line.position in earning])


def _positions(multiplier: Candidate) -> set[int] | None:
    """Its lines, None if these are all of the sale's."""
    return None if multiplier.whole else {line.position for line in multiplier.lines}


def _worth_on(candidate: Candidate, line: Line) -> Worth:
    base = base_of(candidate.rule, line)
    effect = candidate.rule.effect
    if isinstance(effect, Fixed):
        return (effect.amount * base, candidate.base) if candidate.base else NOTHING
    return value_on(candidate.rule, base)


def _in_whole_numbers(worths: dict[int, Worth]) -> Shares:
    """The same proportions, as the smallest whole numbers."""
    whole = lcm(*[parts for _, parts in worths.values()])
    counts = {position: worth * (whole // parts) for position, (worth, parts) in worths.items()}
    common = gcd(*counts.values()) or 1
    return tuple([(position, count // common) for position, count in counts.items()])
