"""Refusals of the programmes' room."""

from smartbis.kernel.errors import DomainError, InvalidInput, NotFound, PermissionMissing


class ProgramNotFound(NotFound):
    """No such programme."""

    code = "program_not_found"
    sentence = "There is no such programme."


class RuleTakesEffectInThePast(InvalidInput):
    """A new version may not take effect before the one in force, nor before now."""

    code = "rule_effective_in_past"
    sentence = "A new version takes effect now or later."


class SalesNotAllowed(PermissionMissing):
    """The brand does not let this partner record sales."""

    code = "sales_not_allowed"
    sentence = "This partner may not record sales."


class UndoTooLate(DomainError):
    """Only what happened within the last minute can be undone; later it is a refund or a reversal."""

    code = "undo_too_late"
    sentence = "It is too late to undo this."
