"""Refusals of the programmes' room."""

from smartbis.kernel.errors import DomainError, InvalidInput, NotFound, PermissionMissing


class ProgramNotFound(NotFound):
    """No such programme."""

    code = "program_not_found"
    sentence = "There is no such programme."


class RuleTakesEffectInThePast(InvalidInput):
    """A new version may not take effect before now."""

    code = "rule_effective_in_past"
    sentence = "A new version takes effect now or later."


class ProgramChanged(DomainError):
    """Another version was published since the one that this one was made from."""

    code = "program_changed"
    sentence = "Another version was published meanwhile. Look at it, and make your changes to it."


class NoticeOver(DomainError):
    """Members are not shown this notice any more."""

    code = "notice_over"
    sentence = "This notice is no longer shown: it stays as it was read."


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


class PlanAlreadyPaid(DomainError):
    """The plan has a fixed end, and the customer has it until then."""

    code = "plan_already_paid"
    sentence = "The customer has this plan until its fixed end: another period would add nothing."


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


class AdjustmentNotFound(NotFound):
    """No such correction by hand."""

    code = "adjustment_not_found"
    sentence = "There is no such adjustment."


class AdjustmentConflict(DomainError):
    """This key was used for another correction."""

    code = "adjustment_conflict"
    sentence = "This key was used for another adjustment."


class AdjustmentDecided(DomainError):
    """Somebody decided already; `params`: state."""

    code = "adjustment_decided"
    sentence = "This adjustment was decided already."


class AdjustmentOwnRequest(DomainError):
    """Nobody decides on a request of their own."""

    code = "adjustment_own_request"
    sentence = "A second person has to decide on this adjustment."


class AdjustmentAboveLimit(DomainError):
    """The amount is above the limit of who wants to decide."""

    code = "adjustment_above_limit"
    sentence = "This adjustment is above your limit."


class NoTiers(NotFound):
    """The brand has no tiers."""

    code = "no_tiers"
    sentence = "This brand has no tiers."


class BalanceNotUsable(DomainError):
    """Balance cannot be used so; the subclass says why. `params`: `currency`, and what each names."""


class BalanceBelowMinimum(BalanceNotUsable):
    """The balance has to grow first. `params`: `minimum_minor`, `missing_minor`."""

    code = "balance_below_minimum"
    sentence = "The balance is below the minimum from which it can be used."


class SaleBelowMinimum(BalanceNotUsable):
    """The sale is too small for balance. `params`: `minimum_minor`, `missing_minor`."""

    code = "sale_below_minimum"
    sentence = "This sale is below the minimum for using balance."


class StoreExcluded(BalanceNotUsable):
    """Balance does not count at this store."""

    code = "store_excluded"
    sentence = "Balance cannot be used at this store."


class ShareOfSale(BalanceNotUsable):
    """Balance pays a part of a sale only. `params`: `most_minor`."""

    code = "share_of_sale"
    sentence = "Balance may pay only a part of this sale."


class ArticlesExcluded(BalanceNotUsable):
    """Balance does not pay for some of these articles. `params`: `most_minor`."""

    code = "articles_excluded"
    sentence = "Balance cannot pay for all of these articles."
