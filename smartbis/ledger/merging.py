"""Two customers become one: what one of them holds moves to the other by transfers, and nothing is edited."""

from uuid import UUID

from smartbis.ledger.accounts import Account
from smartbis.ledger.models import Holder, HolderBalance
from smartbis.ledger.repaying import repay_owed
from smartbis.ledger.services import LockedHolder, Move, lock_holders, post_all
from smartbis.tenancy.scope import tenant_scope

_PARTS = (
    ("available", Account.AVAILABLE),
    ("pending", Account.PENDING),
    ("held", Account.HELD),
    ("owed", Account.RECEIVABLE),
)


def merge_holders(*, tenant: UUID, into: UUID, other: UUID) -> None:
    """Move every balance of `other` to `into`, each by a pair of transfers that names the merge.

    What is owed then is paid from what is available. From here on whoever locks the other's accounts gets those of the
    one who stays, whatever they were waiting for; the database refuses value on the other's own.
    """
    with tenant_scope(tenant):
        holders = lock_holders(tenant=tenant, customers={into, other})
        stays, goes = holders[into], holders[other]
        if stays is goes:
            return
        moves = [
            pair
            for unit in sorted(goes.balances)
            for part, account in _PARTS
            if (amount := getattr(goes.balance(unit), part))
            for pair in _pair(goes, stays, unit, account, amount)
        ]
        for unit in goes.balances:
            if goes.balance(unit).available < 0:
                stays.allow_below_zero(unit)
        post_all(tenant=tenant, moves=moves)
        Holder.objects.filter(merged_into_id=goes.id).update(merged_into_id=stays.id)
        Holder.objects.filter(id=goes.id).update(merged_into_id=stays.id)
        HolderBalance.objects.filter(merged_into_id=goes.id).update(merged_into_id=stays.id)
        HolderBalance.objects.filter(holder_id=goes.id).update(merged_into_id=stays.id)
        for unit in sorted(stays.balances):
            repay_owed(tenant=tenant, holder=stays, unit=unit, at_most=stays.balance(unit).available)


def _pair(
    goes: LockedHolder, stays: LockedHolder, unit: str, account: Account, amount: int
) -> list[tuple[LockedHolder, Move]]:
    # The receivable runs against the customer, and what is available may be below zero: opposite entries move a debt.
    leave, arrive = (account, Account.MERGED), (Account.MERGED, account)
    if account is Account.RECEIVABLE or amount < 0:
        leave, arrive = arrive, leave
    return [
        (goes, _move(unit, *leave, abs(amount), "merged_away", stays.customer_id)),
        (stays, _move(unit, *arrive, abs(amount), "merged_in", goes.customer_id)),
    ]


def _move(unit: str, debit: Account, credit: Account, amount: int, kind: str, whose: UUID) -> Move:
    explanation = {"key": kind, "customer": str(whose)}
    return Move(unit=unit, debit=debit, credit=credit, amount=amount, kind=kind, explanation=explanation)
