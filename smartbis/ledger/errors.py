"""Refusals of the ledger."""

from smartbis.kernel.errors import DomainError


class LedgerTooLarge(DomainError):
    """There are more transfers than are added up while somebody waits."""

    code = "ledger_too_large"
    http_status = 503
    sentence = "There are too many transfers to add up while this waits; `manage.py check_ledger` takes its time."


class InsufficientBalance(DomainError):
    """The account does not hold what should leave it; `params`: unit, available, wanted."""

    code = "insufficient_balance"
    sentence = "The balance does not suffice."
