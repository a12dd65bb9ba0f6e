"""A brand that bears what was spent bears it once it is spent: what a checkout only holds may still come back."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from programs.models import AwardReversal
from smartbis.ledger.accounts import Account
from smartbis.ledger.selectors import borne_of_sales
from smartbis.ledger.services import LockedHolder, Move, post
from smartbis.tenancy.selectors import get_tenant


def bear_what_is_spent(
    tenant: UUID, holder: LockedHolder, unit: str, amount: int, *, since: datetime, store: UUID
) -> None:
    """Write off what is owed because it was held since an instant, now that `amount` minor units of it are spent.

    What is still held stays owed. Only where the brand chose `pending_only`. The holder is locked.
    """
    balance = holder.balance(unit)
    debt = min(amount, balance.owed - balance.held)
    if debt <= 0 or get_tenant(tenant=tenant).shortfall_policy != "pending_only":
        return
    noted = AwardReversal.objects.filter(
        award__customer_id=holder.customer_id,
        award__unit=unit,
        refund__isnull=False,
        owed__gt=0,
        created_at__gte=since,
    )
    reversals = list(noted.select_related("award").order_by("created_at", "id"))
    post(tenant=tenant, holder=holder, moves=list(_moves(tenant, reversals, unit, debt, store)))


def _moves(tenant: UUID, reversals: Sequence[AwardReversal], unit: str, debt: int, store: UUID) -> Iterator[Move]:
    """One move for each refund that noted the debt, so that undoing it finds what was borne; one for the rest."""
    sales = {each.award.purchase_id for each in reversals if each.award.purchase_id}
    borne = borne_of_sales(tenant=tenant, purchases=sales) if sales else {}
    for each in reversals:
        part = min(debt, each.owed - borne.get((each.award_id, each.refund_id), 0))
        if part > 0:
            yield _written_off(unit, part, store, each)
            debt -= part
    if debt:
        yield _written_off(unit, debt, store)


def _written_off(unit: str, amount: int, store: UUID, of: AwardReversal | None = None) -> Move:
    return Move(
        unit=unit,
        debit=Account.WRITTEN_OFF,
        credit=Account.RECEIVABLE,
        amount=amount,
        kind="write_off",
        explanation={"key": "written_off"},
        award_id=of.award_id if of else None,
        purchase_id=of.award.purchase_id if of else None,
        refund_id=of.refund_id if of else None,
        store_id=store,
    )
