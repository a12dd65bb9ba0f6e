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


class PlanNotFound(NotFound):
    """No such plan."""

    code = "plan_not_found"
    sentence = "There is no such plan."


class PlanClosed(DomainError):
    """The plan is not sold any more, or its fixed end has passed."""

    code = "plan_closed"
    sentence = "This plan cannot be started or renewed any more."


class PlanNotForPoints(DomainError):
    """The plan has no price in points."""

    code = "plan_not_for_points"
    sentence = "This plan has no price in points."


class PlanSourceConflict(DomainError):
    """The same payment or cause was booked before for another customer, plan or amount."""

    code = "plan_source_conflict"
    sentence = "This payment was booked before, for another customer, plan or amount."


class PlanPeriodNotFound(NotFound):
    """No such period that could be taken back."""

    code = "plan_period_not_found"
    sentence = "There is no such period to take back."
