"""What a sale gave is taken back, held back or let go: refunds, cancellations, confirmations, undone imports."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from programs.infos import RefundOutcome, Reversed
from programs.models import Award, AwardReversal
from programs.selectors.catalogue import version_rules
from programs.services.reversals import TakeBack, take_back
from programs.services.rewards import repayment
from programs.services.spent import balance_due_back, money_due_back
from smartbis.customers.services import hold_customers
from smartbis.kernel.clock import now
from smartbis.kernel.people import SYSTEM, Actor
from smartbis.ledger.accounts import Account
from smartbis.ledger.selectors import BalanceInfo, spendable_balances
from smartbis.ledger.services import Move, lock_holder, lock_holders, post
from smartbis.outbox.work import request_work
from smartbis.purchases.errors import PurchaseNotFound
from smartbis.purchases.infos import PurchaseInfo, RefundInfo, RefundItemDraft
from smartbis.purchases.selectors import get_purchases
from smartbis.purchases.services import add_refund, cancel_purchase, confirm_purchase, lock_purchase
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.services import record_audit
from vouchers.infos import RedemptionInfo, SaleRef
from vouchers.selectors import redemptions_for_sales, redemptions_given_back
from vouchers.services import payers_for_sale, reverse_for_refund, wait_for_uses


def refund_sale(
    *,
    tenant: UUID,
    purchase: UUID,
    external_id: str,
    amount_minor: int | None = None,
    items: Sequence[RefundItemDraft] = (),
    occurred_at: datetime | None = None,
    actor: Actor,
) -> RefundOutcome:
    """Refund a sale in part or whole, and take back what it earned in the same proportion.

    Any split of a full refund takes back exactly what was given. What was spent meanwhile is owed (or written off, by
    the brand's policy); balance that was spent on the sale comes back in the same proportion, a voucher used on it with
    the closing refund. The same refund again answers the same, with the present balances.
    Raises PurchaseNotFound, PurchaseCancelled, RefundExceedsPurchase, RefundConflict, InvalidInput.
    Publishes PurchaseRefunded.
    """
    with tenant_scope(tenant):
        hold_people_and_uses(tenant, [_unlocked(tenant, purchase)])
        sale = lock_purchase(tenant=tenant, purchase=purchase)
        refund, repeated = add_refund(
            tenant=tenant,
            purchase=sale,
            amount_minor=amount_minor,
            items=items,
            external_id=external_id,
            occurred_at=occurred_at,
            actor=actor,
        )
        sale = lock_purchase(tenant=tenant, purchase=purchase)
        if repeated:
            returned = redemptions_given_back(tenant=tenant, sale=_ref(sale), refund=refund.id)
            reversals = _told_again(refund)
        else:
            returned = vouchers_back(tenant, [(sale, refund)], actor)
            reversals = take_back(tenant, [TakeBack(sale, refund)])
        return RefundOutcome(
            refund,
            sale,
            tuple(reversals),
            tuple(each.code for each in returned if each.voucher_status == "issued"),
            _present(tenant, sale),
            repeated=repeated,
            balance_minor=balance_due_back(sale, refund),
            money_minor=money_due_back(sale, refund),
            not_returned=tuple(each.code for each in returned if each.voucher_status != "issued"),
        )


def confirm_sale(
    *, tenant: UUID, purchase: UUID, actor: Actor = SYSTEM
) -> tuple[PurchaseInfo, tuple[BalanceInfo, ...]]:
    """A pending sale was paid: what it earned is available, or held for the return period from the sale on.

    What somebody of the team says is kept in the audit trail. Confirming again answers the same.
    Raises PurchaseNotFound, PurchaseNotPending. Publishes PurchaseConfirmed.
    """
    instant = now()
    with tenant_scope(tenant):
        hold_customers_of(tenant, [_unlocked(tenant, purchase)])
        sale, repeated = confirm_purchase(tenant=tenant, purchase=purchase)
        if not repeated:
            _note_decision(tenant, sale, "sale.confirm", actor)
            if sale.customer_id is not None:
                lock_holder(tenant=tenant, customer=sale.customer_id)  # before its awards: a release has both
            awards = Award.objects.filter(purchase_id=purchase, status="pending").select_related("rule_version")
            for award in awards:
                rule = version_rules(award.rule_version).rule(award.rule_key)
                hold = timedelta(days=rule.hold_days if rule else 0)
                Award.objects.filter(id=award.id).update(available_at=max(instant, sale.occurred_at + hold))
            if sale.customer_id is not None:
                release_due(tenant, customer=sale.customer_id)
                request_work(queue="relay")  # gifts waited for the payment
            wake_for_next_release()
        return sale, _present(tenant, sale)


def cancel_sale(*, tenant: UUID, purchase: UUID, actor: Actor = SYSTEM) -> tuple[PurchaseInfo, tuple[Reversed, ...]]:
    """A pending sale will not be paid: everything it earned is taken back, and the vouchers used on it are good again.

    What somebody of the team says is kept in the audit trail. Cancelling again answers the same.
    Raises PurchaseNotFound, PurchaseNotPending. Publishes PurchaseCancelledEvent.
    """
    with tenant_scope(tenant):
        hold_people_and_uses(tenant, [_unlocked(tenant, purchase)])
        sale, repeated = cancel_purchase(tenant=tenant, purchase=purchase)
        if repeated:
            return sale, ()
        _note_decision(tenant, sale, "sale.cancel", actor)
        vouchers_back(tenant, [(sale, None)], actor)
        return sale, tuple(take_back(tenant, [TakeBack(sale)]))


def _note_decision(tenant: UUID, sale: PurchaseInfo, action: str, actor: Actor) -> None:
    if actor.kind == "staff":
        record_audit(tenant=tenant, actor=actor, action=action, object_kind="purchase", object_id=sale.id)


def _unlocked(tenant: UUID, purchase: UUID) -> PurchaseInfo:
    """The sale, before it is locked. Raises PurchaseNotFound."""
    sale = get_purchases(tenant=tenant, purchases=[purchase], with_lines=False).get(purchase)
    if sale is None:
        raise PurchaseNotFound
    return sale


def hold_people_and_uses(tenant: UUID, sales: Collection[PurchaseInfo]) -> None:
    """Let no voucher's use on the sales begin, and `hold_customers_of` them, before they are locked.

    A use is seen and taken back, or comes later and is refused. Runs in the tenant's scope, before anything is locked.
    """
    wait_for_uses(tenant=tenant, sales=[_ref(sale) for sale in sales])
    hold_customers_of(tenant, sales)


def hold_customers_of(tenant: UUID, sales: Collection[PurchaseInfo]) -> None:
    """Let nobody merge the sales' customers, or who paid for their vouchers, before the sales are locked.

    They are read without a lock. A merge that is under way is waited for; a sale then names who stays, who is held,
    and stays theirs until the end, since nothing else gives a sale to another. Runs in the tenant's scope.
    """
    people = _payers(tenant, sales) | {sale.customer_id for sale in sales if sale.customer_id}
    if people:
        hold_customers(tenant=tenant, customers=people)


def vouchers_back(
    tenant: UUID,
    returns: Sequence[tuple[PurchaseInfo, RefundInfo | None]],
    actor: Actor,
    *,
    publish: bool = True,
) -> list[RedemptionInfo]:
    """Take back the uses of vouchers that belong to sales which are cancelled (no refund) or closed by their refund.

    Locks every account that will move, in one order and before the vouchers. The sales are locked. Runs in the tenant's
    scope.
    """
    closed = [(sale, refund) for sale, refund in returns if refund is None or refund.closing]
    customers = {sale.customer_id for sale, _ in returns if sale.customer_id}
    lock_holders(tenant=tenant, customers=customers | _payers(tenant, [sale for sale, _ in closed]))
    with_uses = redemptions_for_sales(tenant=tenant, sales=[_ref(sale) for sale, _ in closed])
    returned: list[RedemptionInfo] = []
    for sale, refund in closed:
        if _ref(sale) in with_uses:
            returned += reverse_for_refund(
                tenant=tenant,
                store=sale.store_id,
                external_id=sale.external_id,
                refund=refund.id if refund else None,
                closing=True,
                actor=actor,
                publish=publish,
            )
    return returned


def _payers(tenant: UUID, sales: Collection[PurchaseInfo]) -> set[UUID]:
    """Whose balance paid for the vouchers used on the sales; of many sales hardly any has one."""
    with_uses = redemptions_for_sales(tenant=tenant, sales=[_ref(sale) for sale in sales])
    payers: set[UUID] = set()
    for sale in with_uses:
        payers |= payers_for_sale(tenant=tenant, store=sale.store, external_id=sale.external_id)
    return payers


def _ref(sale: PurchaseInfo) -> SaleRef:
    return SaleRef(sale.store_id, sale.external_id)


def release_due(tenant: UUID, *, customer: UUID) -> int:
    """Make the customer's awards whose time has come available, and repay what is owed. Returns how many.

    Runs in the tenant's scope.
    """
    instant = now()
    holder = lock_holder(tenant=tenant, customer=customer)
    due = list(
        Award.objects.select_for_update(no_key=True)
        .filter(customer_id=customer, status="pending", available_at__lte=instant)
        .order_by("available_at", "id")
    )
    for award in due:
        if left := award.granted - award.reversed:
            post(tenant=tenant, holder=holder, moves=[_release(award, left)])
            if debt := min(holder.balance(award.unit).owed, left):
                move = repayment(award.unit, debt, award=award.id, purchase=award.purchase_id)
                post(tenant=tenant, holder=holder, moves=[move])
        Award.objects.filter(id=award.id).update(status="available")
    return len(due)


def wake_for_next_release() -> None:
    """Ask to be woken when the next pending award of the tenant in scope becomes available."""
    waiting = Award.objects.filter(status="pending", available_at__gt=now()).order_by("available_at")
    next_at = waiting.values_list("available_at", flat=True).first()
    if next_at:
        request_work(queue="relay", due_at=next_at)


def _release(award: Award, amount: int) -> Move:
    return Move(
        unit=award.unit,
        debit=Account.PENDING,
        credit=Account.AVAILABLE,
        amount=amount,
        kind="release",
        explanation={"key": "released"},
        award_id=award.id,
        purchase_id=award.purchase_id,
    )


def _told_again(refund: RefundInfo) -> list[Reversed]:
    rows = AwardReversal.objects.filter(refund_id=refund.id).select_related("award__program").order_by("id")
    return [
        Reversed(
            award_id=row.award_id,
            program=row.award.program.name,
            unit=row.award.unit,
            amount=row.amount,
            from_pending=row.from_pending,
            from_available=row.from_available,
            owed=row.owed,
            written_off=row.written_off,
        )
        for row in rows
    ]


def _present(tenant: UUID, sale: PurchaseInfo) -> tuple[BalanceInfo, ...]:
    if sale.customer_id is None:
        return ()
    return spendable_balances(tenant=tenant, customer=sale.customer_id)
