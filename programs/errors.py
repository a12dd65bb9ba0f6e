"""Refusals of the programmes' room."""

from smartbis.kernel.errors import InvalidInput, NotFound


class ProgramNotFound(NotFound):
    """No such programme."""

    code = "program_not_found"
    sentence = "There is no such programme."


class RuleTakesEffectInThePast(InvalidInput):
    """A new version may not take effect before the one in force, nor before now."""

    code = "rule_effective_in_past"
    sentence = "A new version takes effect now or later."
