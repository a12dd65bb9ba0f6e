"""What a till does with sales: sell, perhaps with the customer's balance, take back within a minute, refund."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from programs.errors import SalesNotAllowed, UndoTooLate
from programs.infos import RefundOutcome, SaleOutcome, SaleResult
from programs.services.refunds import refund_sale
from programs.services.sales import record_sale, record_sales
from smartbis.kernel.clock import now
from smartbis.kernel.people import Actor
from smartbis.purchases.errors import PurchaseNotFound, RefundExceedsPurchase
from smartbis.purchases.infos import PurchaseInfo, SaleDraft
from smartbis.purchases.selectors import find_purchase, get_purchase, refunds_of
from smartbis.tenancy.errors import StoreUnknown
from smartbis.tenancy.permissions import PARTNER, may, require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_store, partners, stores
from vouchers.errors import RedemptionNotFound
from vouchers.infos import RedemptionInfo
from vouchers.selectors import get_redemption
from vouchers.services import reverse_redemption

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


def sell_at_counter(*, tenant: UUID, sale: SaleDraft, actor: Actor) -> SaleOutcome:
    """Record a sale on which nothing is used, at one of the actor's stores; `quote_at_counter` finds what could be.

    The same sale sent again answers what the first time did.
    Raises PermissionMissing, SalesNotAllowed, StoreUnknown, and what `record_sale` raises. Publishes PurchaseRecorded.
    """
    require(actor, "sale.record", store=sale.store)
    with tenant_scope(tenant):
        get_store(tenant=tenant, store=sale.store, actor=actor)
        if not may_sell(tenant=tenant, actor=actor):
            raise SalesNotAllowed
        return record_sale(tenant=tenant, sale=replace(sale, operator=actor))


def sell_queued(*, tenant: UUID, sales: Sequence[SaleDraft], actor: Actor) -> list[SaleResult]:
    """Record sales that a till kept while it had no line, each judged on its own, with the time they really took place.

    Sent again they answer what they did before. The answers stand in the sales' order; a store out of the actor's reach
    refuses its sales alone. Raises PermissionMissing, SalesNotAllowed. Publishes PurchaseRecorded for each new one.
    """
    require(actor, "sale.record")
    with tenant_scope(tenant):
        if not may_sell(tenant=tenant, actor=actor):
            raise SalesNotAllowed
        reachable = {store.id for store in stores(tenant=tenant, actor=actor)}
        fitting = [replace(sale, operator=actor) for sale in sales if sale.store in reachable]
        recorded = iter(record_sales(tenant=tenant, sales=fitting))
        return [next(recorded) if sale.store in reachable else SaleResult(error=StoreUnknown()) for sale in sales]


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
    return refund_sale(tenant=tenant, purchase=sale.id, external_id=number, amount_minor=amount_minor, actor=actor)
