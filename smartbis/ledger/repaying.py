"""What a customer owes is paid first from what comes back to the balance."""

from uuid import UUID

from smartbis.ledger.accounts import Account
from smartbis.ledger.services import LockedHolder, Move, post
from smartbis.tenancy.scope import tenant_scope


def repay_owed(
    *,
    tenant: UUID,
    holder: LockedHolder,
    unit: str,
    at_most: int,
    voucher: UUID | None = None,
    store: UUID | None = None,
) -> int:
    """Pay what the holder owes from `at_most` of `unit` that has just become available; returns what was paid.

    Who owes has nothing to spend: else a balance could be put into a voucher, its sale refunded, and the voucher given
    back for the same money once more.
    """
    with tenant_scope(tenant):
        balance = holder.balance(unit)
        debt = min(balance.owed, at_most, balance.available)
        if debt > 0:
            move = Move(
                unit=unit,
                debit=Account.AVAILABLE,
                credit=Account.RECEIVABLE,
                amount=debt,
                kind="repayment",
                explanation={"key": "repaid_by_return"},
                voucher_id=voucher,
                store_id=store,
            )
            post(tenant=tenant, holder=holder, moves=[move])
        return max(debt, 0)
