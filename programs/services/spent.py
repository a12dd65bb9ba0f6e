"""Balance that a sale was paid with goes back as the sale does: cumulatively, so any split of a refund is exact."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from smartbis.kernel.money import half_up
from smartbis.ledger.accounts import Account
from smartbis.ledger.repaying import repay_owed
from smartbis.ledger.services import LockedHolder, Move, post
from smartbis.purchases.infos import PurchaseInfo, RefundInfo


def balance_due_back(sale: PurchaseInfo, refund: RefundInfo | None) -> int:
    """Minor units of the balance used on a sale that a refund, or without one its cancellation, gives back.

    The share of the sale that is refunded by then, half-up, less what earlier refunds gave back.
    """
    if not sale.balance_used_minor:
        return 0
    if refund is None:
        before, after = sale.refunded_minor, sale.amount_minor
    else:
        before, after = refund.refunded_after_minor - refund.amount_minor, refund.refunded_after_minor
    return share_of_balance(sale, after) - share_of_balance(sale, before)


def money_due_back(sale: PurchaseInfo, refund: RefundInfo) -> int:
    """Minor units of what a refund is to hand back in money: all of it that was neither balance nor a discount.

    Any split of a full refund comes to exactly what was paid.
    """
    after = refund.refunded_after_minor
    return _share_of_money(sale, after) - _share_of_money(sale, after - refund.amount_minor)


def _share_of_money(sale: PurchaseInfo, refunded_minor: int) -> int:
    not_paid = sale.amount_minor - sale.paid_minor
    return refunded_minor - half_up(not_paid * refunded_minor, sale.amount_minor)


def share_of_balance(sale: PurchaseInfo, refunded_minor: int) -> int:
    """Minor units of the balance used on a sale that are back once `refunded_minor` of it are refunded."""
    return half_up(sale.balance_used_minor * refunded_minor, sale.amount_minor)


def give_balance_back(
    tenant: UUID,
    holders: Mapping[UUID, LockedHolder],
    returns: Sequence[tuple[PurchaseInfo, RefundInfo | None, UUID | None]],
) -> int:
    """Return what sales were paid with from the balance, and pay what the customer owes from it; how much in all.

    Each return names its sale, its refund and the import that brought it. The holders are locked.
    """
    total = 0
    for sale, refund, import_batch in returns:
        due = balance_due_back(sale, refund)
        if not due or sale.customer_id is None:
            continue
        holder = holders[sale.customer_id]
        move = Move(
            unit=sale.currency,
            debit=Account.REDEEMED,
            credit=Account.AVAILABLE,
            amount=due,
            kind="spend_return",
            explanation={"key": "spent_returned", "refund_minor": refund.amount_minor if refund else None},
            purchase_id=sale.id,
            refund_id=refund.id if refund else None,
            store_id=sale.store_id,
            import_batch=import_batch,
            occurred_at=refund.occurred_at if refund else None,
        )
        post(tenant=tenant, holder=holder, moves=[move])
        repay_owed(tenant=tenant, holder=holder, unit=sale.currency, at_most=due, store=sale.store_id)
        total += due
    return total
