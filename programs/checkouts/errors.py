"""What checkouts refuse."""

from smartbis.kernel.errors import DomainError, NotFound


class CheckoutNotFound(NotFound):
    """No such checkout in this tenant, or none within the actor's stores."""

    code = "checkout_not_found"
    sentence = "There is no such checkout."


class CheckoutExpired(DomainError):
    """What it held is free again. `params`: `expired_at`."""

    code = "checkout_expired"
    sentence = "This checkout has expired and holds nothing any more. Ask for a new quote."


class CheckoutChanged(DomainError):
    """The basket, or what stands behind the quote, is not what was quoted.

    `params`: `reason`, a voucher's refusal, if it is that. Doors add the new quote.
    """

    code = "checkout_changed"
    sentence = "The sale is not the one that was quoted."


class CheckoutClosed(DomainError):
    """It was committed under another number, cancelled or replaced. `params`: `state`."""

    code = "checkout_closed"
    sentence = "This checkout is closed."
