"""What the purchases' room refuses."""

from uuid import UUID

from smartbis.kernel.errors import DomainError, InvalidInput, NotFound


class PurchaseNotFound(NotFound):
    """No such purchase in this tenant, or it was undone."""

    code = "purchase_not_found"
    sentence = "There is no such purchase."


class PurchaseConflict(DomainError):
    """The store already has a sale of this number with other content; `purchase` is its id."""

    code = "purchase_conflict"
    sentence = "This store already sent a sale with this number and other content."

    def __init__(self, *, purchase: UUID) -> None:
        super().__init__(purchase=str(purchase))
        self.purchase = purchase


class PurchaseNotPending(DomainError):
    """Only a pending sale can be confirmed or cancelled."""

    code = "purchase_not_pending"
    sentence = "This sale is not pending any more."


class PurchaseCancelled(DomainError):
    """A cancelled sale cannot be refunded."""

    code = "purchase_cancelled"
    sentence = "This sale was cancelled."


class PurchaseChanged(DomainError):
    """The sale was changed by somebody else since it was read."""

    code = "purchase_changed"
    sentence = "This sale has just changed. Please try again."


class RefundConflict(DomainError):
    """The sale already has a refund of this number with other content."""

    code = "refund_conflict"
    sentence = "This sale already has a refund with this number and other content."


class RefundExceedsPurchase(DomainError):
    """More would be refunded than was sold; `left_minor` is what may still be."""

    code = "refund_exceeds_purchase"
    sentence = "More would be refunded than is left of this sale."


class CurrencyMismatch(InvalidInput):
    """The sale is in another currency than the tenant's."""

    code = "currency_mismatch"
    sentence = "This currency is not the programme's."
