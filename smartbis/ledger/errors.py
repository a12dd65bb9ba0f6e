"""Refusals of the ledger."""

from smartbis.kernel.errors import DomainError


class InsufficientBalance(DomainError):
    """The account does not hold what should leave it; `params`: unit, available, wanted."""

    code = "insufficient_balance"
    sentence = "The balance does not suffice."
