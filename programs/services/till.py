"""What a till does with sales: sell, perhaps with the customer's balance, take back within a minute, refund."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from programs.errors import SalesNotAllowed, UndoTooLate
from programs.infos import RefundOutcome, SaleOutcome
from programs.services.refunds import refund_sale
from programs.services.sales import record_sale
from programs.services.spending import allowed_on_sale
from smartbis.customers.services import hold_customer
from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.people import SYSTEM, Actor
from smartbis.ledger.selectors import balances
from smartbis.ledger.services import lock_holder
from smartbis.purchases.errors import PurchaseChanged, PurchaseNotFound, RefundExceedsPurchase
from smartbis.purchases.infos import PurchaseInfo, SaleDraft
from smartbis.purchases.selectors import find_purchase, get_purchase, refunds_of
from smartbis.tenancy.permissions import PARTNER, may, require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_store, partners
from vouchers.errors import RedemptionNotFound
from vouchers.infos import RedemptionInfo, VoucherInfo
from vouchers.selectors import get_coupon, get_redemption, redemptions_for_sale, vouchers_by_ids
from vouchers.services import cancel_voucher, convert_balance, redeem_voucher, reverse_redemption

UNDO_SECONDS = 60
# A voucher made of balance and used within this time was made for that sale.
_SAME_SALE = timedelta(seconds=UNDO_SECONDS)


def may_sell(*, tenant: UUID, actor: Actor) -> bool:
    """Whether the actor may record sales; a partner's people, only if the brand lets that partner."""
    if not may(actor, "sale.record"):
        return False
    if actor.role != PARTNER:
        return True
    return any(each.id == actor.partner and each.may_register_sales for each in partners(tenant=tenant))


def sell_at_counter(
    *, tenant: UUID, sale: SaleDraft, actor: Actor, key: str = "", balance_minor: int = 0
) -> SaleOutcome:
    """Record a sale at one of the actor's stores; with `balance_minor`, using up to that much of the balance.

    The same sale sent again answers what the first time did.
    Raises PermissionMissing, SalesNotAllowed, StoreUnknown, and what `record_sale` and `sell_with_balance` raise.
    Publishes PurchaseRecorded.
    """
    require(actor, "sale.record", store=sale.store)
    with tenant_scope(tenant):
        get_store(tenant=tenant, store=sale.store, actor=actor)
        if not may_sell(tenant=tenant, actor=actor):
            raise SalesNotAllowed
        sale = replace(sale, operator=actor)
        if balance_minor:
            return sell_with_balance(tenant=tenant, sale=sale, at_most_minor=balance_minor, key=key, actor=actor)
        return record_sale(tenant=tenant, sale=sale)


def sell_with_balance(*, tenant: UUID, sale: SaleDraft, at_most_minor: int, key: str, actor: Actor) -> SaleOutcome:
    """Turn balance into a voucher, use it for this sale and record the sale, in one transaction.

    As much is used as the sale costs after its other vouchers and the brand's rules allow, at most `at_most_minor`.
    The same key with the same sale again answers what the first time did and uses nothing more; so does the same sale
    with another key.
    Raises InsufficientBalance, a BalanceNotUsable, PurchaseConflict, PurchaseChanged, KeyReused, InvalidInput,
    CustomerNotFound, StoreUnknown, PermissionMissing. Publishes VoucherIssued, VoucherRedeemed, PurchaseRecorded.
    """
    if sale.customer is None:
        raise InvalidInput({"customer": ["Balance is used by somebody."]})
    if not key:
        raise InvalidInput({"key": ["Balance is used once for each key."]})
    used = 0
    with tenant_scope(tenant):
        # First in the order of locks, and before the look: a rival with this sale is through, or waits.
        lock_holder(tenant=tenant, customer=hold_customer(tenant=tenant, customer=sale.customer))
        if find_purchase(tenant=tenant, store=sale.store, external_id=sale.external_id) is None:
            before = redemptions_for_sale(tenant=tenant, store=sale.store, external_id=sale.external_id)
            left = sale.amount_minor - sum(each.discount_minor for each in before)
            if (used := max(0, min(at_most_minor, left))) > 0:
                used = allowed_on_sale(tenant, sale, sale.customer, used)
                _use_balance(tenant, sale, sale.customer, used, key, actor)
        outcome = record_sale(tenant=tenant, sale=sale)
        if used and outcome.repeated:
            raise PurchaseChanged  # somebody recorded it without this balance meanwhile: nothing of it is used
        return outcome


def _use_balance(tenant: UUID, sale: SaleDraft, customer: UUID, used: int, key: str, actor: Actor) -> None:
    voucher = convert_balance(
        tenant=tenant, customer=customer, amount_minor=used, key=f"{key}:balance", actor=actor, store=sale.store
    )
    redeem_voucher(
        tenant=tenant,
        code=voucher.code,
        store=sale.store,
        key=f"{key}:use",
        actor=actor,
        customer=customer,
        amount_minor=sale.amount_minor,
        external_id=sale.external_id,
    )


def undo_sale(*, tenant: UUID, purchase: UUID, actor: Actor) -> RefundOutcome:
    """Take a sale back whole, within a minute and by the one who recorded it; what it used is as before.

    Undoing again answers the same. Raises PurchaseNotFound (also somebody else's sale), UndoTooLate,
    RefundExceedsPurchase when it was refunded otherwise, PermissionMissing. Publishes PurchaseRefunded.
    """
    require(actor, "sale.record")
    with tenant_scope(tenant):
        sale = get_purchase(tenant=tenant, purchase=purchase, stores_scope=actor.stores)
        if actor.id is None or sale.operator_id != actor.id:
            raise PurchaseNotFound
        number = f"undo-{sale.id}"
        undone = [each for each in refunds_of(tenant=tenant, purchase=sale.id) if each.external_id == number]
        if not undone and not can_undo(at=sale.recorded_at):
            raise UndoTooLate
        amount = undone[0].amount_minor if undone else sale.amount_minor - sale.refunded_minor
        if not amount:
            raise RefundExceedsPurchase
        return _refund(tenant, sale, number, amount, actor)


def refund_at_counter(
    *, tenant: UUID, store: UUID, external_id: str, amount_minor: int, key: str, actor: Actor
) -> RefundOutcome:
    """Refund a sale of this store by its number, in part or whole; the same key again answers the same.

    Balance that was used for the sale goes back to the balance with the closing refund.
    Raises PurchaseNotFound, RefundExceedsPurchase, RefundConflict, StoreUnknown, InvalidInput, PermissionMissing.
    Publishes PurchaseRefunded.
    """
    require(actor, "sale.refund", store=store)
    with tenant_scope(tenant):
        get_store(tenant=tenant, store=store, actor=actor)
        sale = find_purchase(tenant=tenant, store=store, external_id=external_id)
        if sale is None:
            raise PurchaseNotFound
        return _refund(tenant, sale, f"counter-{key}", amount_minor, actor)


def undo_redemption(*, tenant: UUID, redemption: UUID, actor: Actor) -> RedemptionInfo:
    """Take a use of a voucher back, within a minute and by the one who made it.

    Undoing again answers the same. Raises RedemptionNotFound (also somebody else's), UndoTooLate,
    RedemptionAlreadyReversed, PermissionMissing. Publishes VoucherReversed.
    """
    with tenant_scope(tenant):
        use = get_redemption(tenant=tenant, redemption=redemption, actor=actor)
        if actor.id is None or use.actor_id != actor.id:
            raise RedemptionNotFound
        if use.reversed_at is None and not can_undo(at=use.redeemed_at):
            raise UndoTooLate
        return reverse_redemption(
            tenant=tenant, redemption=use.id, reason="undone at the counter", key=f"undo-{use.id}", actor=actor
        )


def can_undo(*, at: datetime) -> bool:
    """Whether what happened at this instant can still be undone."""
    return now() - at <= timedelta(seconds=UNDO_SECONDS)


def _refund(tenant: UUID, sale: PurchaseInfo, number: str, amount_minor: int, actor: Actor) -> RefundOutcome:
    used = redemptions_for_sale(tenant=tenant, store=sale.store_id, external_id=sale.external_id)
    outcome = refund_sale(tenant=tenant, purchase=sale.id, external_id=number, amount_minor=amount_minor, actor=actor)
    if outcome.returned and not outcome.repeated:
        vouchers = vouchers_by_ids(tenant=tenant, vouchers=[each.voucher_id for each in used])
        for use in used:
            if use.code in outcome.returned and _is_made_for_sale(tenant, use, vouchers[use.voucher_id]):
                reason = f"sale {sale.external_id} refunded"
                cancel_voucher(tenant=tenant, voucher=use.voucher_id, reason=reason, actor=SYSTEM)
        if sale.customer_id is not None:
            present = tuple(balances(tenant=tenant, customer=sale.customer_id))
            outcome = replace(outcome, balances=present)
    return outcome


def _is_made_for_sale(tenant: UUID, use: RedemptionInfo, voucher: VoucherInfo) -> bool:
    """Whether a voucher was balance a moment before: then balance is what its customer wants back."""
    if voucher.kind != "amount":
        return False
    was_balance = get_coupon(tenant=tenant, coupon=voucher.coupon_id).is_balance
    return was_balance and use.redeemed_at - voucher.issued_at <= _SAME_SALE
