"""Taking an import back: correcting transfers, numbers and keys set free, nothing deleted."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar
from uuid import UUID

from programs.models import Article, Award, AwardReversal, ImportBatch, ImportRow
from programs.services.restoring import put_gifts_back, take_balance_again
from programs.services.reversals import TakeBack, recount_limits, split_of, take_back
from programs.services.standings import request_walk
from smartbis.customers.services import hold_customers
from smartbis.kernel.clock import now
from smartbis.kernel.people import Actor
from smartbis.ledger.accounts import Account
from smartbis.ledger.repaying import repay_owed
from smartbis.ledger.selectors import borne_of_sales
from smartbis.ledger.services import LockedHolder, Move, lock_holders, post_all
from smartbis.purchases.infos import PurchaseInfo
from smartbis.purchases.selectors import ForeignRefund, purchases_of_import, refunds_of_other_sales
from smartbis.purchases.services import lock_purchases, undo_purchases
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant
from vouchers.services import undo_imported_vouchers

T = TypeVar("T")
SALES_A_CHUNK = 500
BALANCES_A_CHUNK = 500


class Renewed(Protocol):
    """Moves the import on in the transaction at hand, or raises because somebody else has it."""

    def __call__(self, **moved: Any) -> None: ...


def undo_a_while(batch: ImportBatch, is_over: Callable[[], bool], *, renewed: Renewed) -> None:
    """Take back what the import did, chunk by chunk, until the turn is over or all is taken back."""
    step = _STEPS[batch.kind]
    while step(batch, renewed):
        if is_over():
            return
    with tenant_scope(batch.tenant_id):
        renewed(status=ImportBatch.Status.UNDONE, undone_at=now())
        if batch.kind == ImportBatch.Kind.BALANCES:
            request_walk(tenant=batch.tenant_id)  # tier points may have been among them


def _undo_sales(batch: ImportBatch, renewed: Renewed) -> bool:
    """Take back a chunk of sales with what they earned; last, what was refunded of others' sales. False at the end."""
    tenant = batch.tenant_id
    with tenant_scope(tenant):
        chunk = partial(purchases_of_import, tenant=tenant, import_batch=batch.id, limit=SALES_A_CHUNK)
        sales = _held(tenant, chunk, lambda sale: sale)
        if sales:
            undo_purchases(tenant=tenant, import_batch=batch.id, sales=[sale.id for sale in sales])
            take_back(tenant, [TakeBack(sale) for sale in sales], kind="undo")
            renewed()
            return True
        others = partial(refunds_of_other_sales, tenant=tenant, import_batch=batch.id)
        foreign = _held(tenant, others, lambda refund: refund.purchase)
        undo_purchases(tenant=tenant, import_batch=batch.id)
        _give_back(tenant, batch.id, foreign)
        renewed()
        return False


def _held(tenant: UUID, ask: Callable[[], list[T]], sale_of: Callable[[T], PurchaseInfo]) -> list[T]:
    """What `ask` answers once its customers and sales are held: nobody merges them, or returns anything of them."""
    held: set[UUID] = set()
    while True:
        sales = [sale_of(each) for each in ask()]
        people = {sale.customer_id for sale in sales if sale.customer_id} - held
        if not people:
            break
        hold_customers(tenant=tenant, customers=people)
        held |= people
    lock_purchases(tenant=tenant, purchases=[sale.id for sale in sales])
    return ask()


def _give_back(tenant: UUID, batch: UUID, refunds: Sequence[ForeignRefund]) -> None:
    """What the import's refunds took from sales that stay is given back to where it came from, the last first.

    Awards, then gifts, then what they had given back of balance that paid for the sales; last, what is owed by now is
    paid from what became available.
    Limits count it again, also where others have used meanwhile what the refunds had freed: it was rightly given.
    """
    customers = {refund.purchase.customer_id for refund in refunds if refund.purchase.customer_id}
    if not customers:
        return
    holders = lock_holders(tenant=tenant, customers=customers)
    reversals = list(
        AwardReversal.objects.filter(refund_id__in=[refund.id for refund in refunds]).order_by("award_id", "id")
    )
    locked = Award.objects.select_for_update(no_key=True, of=("self",)).select_related("rule_version")
    locked = locked.filter(id__in={each.award_id for each in reversals})
    awards = {award.id: award for award in locked.order_by("id")}
    borne = borne_of_sales(tenant=tenant, purchases={refund.purchase.id for refund in refunds})
    freed: Counter[tuple[UUID, str]] = Counter()
    for reversal in reversals:
        award = awards[reversal.award_id]
        holder = holders[award.customer_id]
        moves = _moves_back(holder, award, reversal, batch, borne.get((reversal.award_id, reversal.refund_id), 0))
        post_all(tenant=tenant, moves=[(holder, move) for move in moves])
        freed[holder.id, award.unit] += sum(move.amount for move in moves if move.credit is Account.AVAILABLE)
        award.reversed -= reversal.amount
    for award in awards.values():
        award.save(update_fields=["reversed"])
    given: Counter[UUID] = Counter()
    for reversal in reversals:
        given[reversal.award_id] += reversal.amount
    recount_limits(tenant, [(award, -given[award.id]) for award in awards.values()])
    put_gifts_back(tenant, refunds)
    take_balance_again(tenant, holders, refunds, batch=batch)
    by_id = {holder.id: holder for holder in holders.values()}
    for (holder_id, unit), amount in freed.items():
        repay_owed(tenant=tenant, holder=by_id[holder_id], unit=unit, at_most=amount)


def _moves_back(holder: LockedHolder, award: Award, reversal: AwardReversal, batch: UUID, borne: int) -> list[Move]:
    """The reversal's moves the other way round; `borne` of what it noted as owed was written off since."""
    owed = reversal.owed - borne
    cleared = min(owed, holder.balance(award.unit).owed)
    free = reversal.from_available + owed - cleared
    is_pending = award.status == Award.Status.PENDING
    parts = (
        (Account.PENDING, reversal.from_pending if is_pending else 0),
        (Account.AVAILABLE, free if is_pending else free + reversal.from_pending),
        (Account.RECEIVABLE, cleared),
        (Account.WRITTEN_OFF, reversal.written_off + borne),
    )
    return [
        Move(
            unit=award.unit,
            debit=Account.ISSUED,
            credit=account,
            amount=amount,
            kind="undo",
            explanation={"key": "import_undone"},
            award_id=award.id,
            purchase_id=award.purchase_id,
            refund_id=reversal.refund_id,
            import_batch=batch,
        )
        for account, amount in parts
        if amount
    ]


def _undo_balances(batch: ImportBatch, renewed: Renewed) -> bool:
    """Take back a chunk of opening balances: from what is available, the rest by the brand's policy."""
    tenant = batch.tenant_id
    with tenant_scope(tenant):
        made = ImportRow.objects.filter(batch_id=batch.id, state=ImportRow.State.MADE, undone_at__isnull=True)
        rows = list(made.order_by("line", "id")[:BALANCES_A_CHUNK])
        policy = get_tenant(tenant=tenant).shortfall_policy
        holders = lock_holders(tenant=tenant, customers={UUID(row.payload["customer"]) for row in rows})
        for row in rows:
            holder = holders[UUID(row.payload["customer"])]
            post_all(tenant=tenant, moves=[(holder, move) for move in _closing(holder, row, policy)])
        ImportRow.objects.filter(id__in=[row.id for row in rows]).update(undone_at=now())
        renewed()
        return len(rows) == BALANCES_A_CHUNK


def _closing(holder: LockedHolder, row: ImportRow, policy: str) -> list[Move]:
    unit, amount = row.payload["unit"], row.payload["amount"]
    return [
        Move(
            unit=unit,
            debit=account,
            credit=Account.ADJUSTED,
            amount=part,
            kind="undo",
            explanation={"key": "import_undone"},
            import_batch=row.batch_id,
            reverses=UUID(row.payload["transfer"]),
        )
        for account, part in split_of(holder, unit, amount, policy).sources
    ]


def _undo_vouchers(batch: ImportBatch, renewed: Renewed) -> bool:
    tenant = batch.tenant_id
    actor = Actor(kind="system", label=batch.actor_label)
    with tenant_scope(tenant):
        undo_imported_vouchers(tenant=tenant, batch=batch.id, actor=actor)
        made = ImportRow.objects.filter(batch_id=batch.id, state=ImportRow.State.MADE, undone_at__isnull=True)
        made.update(undone_at=now())
        renewed()
    return False


def _undo_articles(batch: ImportBatch, renewed: Renewed) -> bool:
    with tenant_scope(batch.tenant_id):
        Article.objects.filter(import_batch=batch.id, undone_at__isnull=True).update(undone_at=now())
        renewed()
    return False


_STEPS: dict[str, Callable[[ImportBatch, Renewed], bool]] = {
    "purchases": _undo_sales,
    "products": _undo_articles,
    "balances": _undo_balances,
    "vouchers": _undo_vouchers,
}
