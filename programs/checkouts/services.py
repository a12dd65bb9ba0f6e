"""The life of a checkout: quoted, then committed or cancelled; each once, and never half."""

import hashlib
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from programs.checkouts.errors import CheckoutChanged, CheckoutClosed, CheckoutExpired
from programs.checkouts.holding import close, let_go, lock_checkout, release_over, spend, take_aside
from programs.checkouts.infos import MOST_VOUCHERS, Basket, CheckoutInfo, UseBalance
from programs.checkouts.planning import Plan, plan_quote
from programs.checkouts.reading import as_json, checkout_info, items_of, uses_of, within_reach
from programs.checkouts.terms import till_terms
from programs.infos import SaleOutcome
from programs.models import Checkout
from programs.selectors.counter import sale_again
from programs.selectors.sales import sale_readings
from programs.services.sales import record_paid_sale
from smartbis.customers.errors import CustomerNotFound
from smartbis.customers.selectors import get_customer
from smartbis.customers.services import hold_customer
from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.people import Actor
from smartbis.ledger.services import LockedHolder, lock_holder
from smartbis.purchases.drafts import check_sale
from smartbis.purchases.infos import ItemDraft, PurchaseInfo, SaleDraft
from smartbis.tenancy.errors import KeyReused
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_store, get_tenant
from vouchers.errors import VoucherRefused
from vouchers.infos import SaleRef
from vouchers.selectors import redemptions_for_sale
from vouchers.services import redeem_voucher, wait_for_uses

MOST_KEY = 255


def open_checkout(
    *, tenant: UUID, basket: Basket, key: str, actor: Actor, replaces: UUID | None = None, is_strict: bool = True
) -> CheckoutInfo:
    """Quote the best use of vouchers and balance on a sale, and hold it for the brand's minutes.

    The same key again answers the same checkout. `replaces` is an open one that is let go first, whatever it held being
    free for this one. Unless `is_strict`, what was named and cannot be used is left out, with its reason in the lines.
    Raises InvalidInput, StoreUnknown, CustomerNotFound, VoucherNotFound, a VoucherRefused, InsufficientBalance, a
    BalanceNotUsable, CheckoutNotFound, KeyReused, PermissionMissing.
    """
    require(actor, "sale.record", store=basket.store)
    if not 1 <= len(key) <= MOST_KEY:
        raise InvalidInput({"key": [f"1 – {MOST_KEY}"]})
    with tenant_scope(tenant, reading=sale_readings(tenant)):
        _check(tenant, basket, actor)
        if (first := _first_answer(key, basket)) is not None:
            return first
        customer = _held_customer(tenant, basket.customer)
        if replaces is not None:
            _replace(tenant, replaces, actor)
        if customer is not None:
            release_over(tenant, customer)
        holder = lock_holder(tenant=tenant, customer=customer) if customer is not None else None
        plan = plan_quote(
            tenant=tenant,
            basket=basket,
            customer=customer,
            available_minor=_available(tenant, holder),
            actor=actor,
            is_strict=is_strict,
        )
        row = _row(tenant, basket, customer, plan, key, actor)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            if (first := _first_answer(key, basket)) is not None:
                return first
            raise
        take_aside(row, holder, actor)
        return checkout_info(row)


def commit_checkout(
    *,
    tenant: UUID,
    checkout: UUID,
    external_id: str,
    actor: Actor,
    amount_minor: int | None = None,
    items: tuple[ItemDraft, ...] | None = None,
    payment_method: str = "",
    status: str = "confirmed",
) -> SaleOutcome:
    """Record the sale that was quoted, use what is held, and earn: all in one transaction, or nothing.

    The same number again answers what the first time did. A basket sent along must be the quoted one.
    Raises CheckoutNotFound, CheckoutExpired, CheckoutChanged (for another basket, or when a held voucher has lost its
    ground: `requote` follows), CheckoutClosed, PurchaseConflict, PurchaseChanged, InvalidInput, PermissionMissing.
    Publishes PurchaseRecorded, VoucherRedeemed.
    """
    with tenant_scope(tenant, reading=sale_readings(tenant)):
        row = _locked(tenant, checkout, actor)
        require(actor, "sale.record", store=row.store_id)
        if row.state == Checkout.State.COMMITTED and row.purchase_id and row.external_id == external_id:
            return sale_again(tenant=tenant, purchase=row.purchase_id, actor=actor)
        _check_open(row)
        if _differs(row, amount_minor, items) or row.external_id not in ("", external_id):
            raise CheckoutChanged
        row.external_id = external_id
        _check_uses_before(row)
        sale = _sale(row, actor, payment_method=payment_method, status=status)
        try:
            outcome = record_paid_sale(tenant=tenant, sale=sale, pay=lambda sold: _pay(row, sold, actor))
        except VoucherRefused as error:
            raise CheckoutChanged(reason=error.code) from error
        close(row, Checkout.State.COMMITTED, purchase=outcome.purchase.id)
        return outcome


def requote(
    *,
    tenant: UUID,
    checkout: UUID,
    actor: Actor,
    amount_minor: int | None = None,
    items: tuple[ItemDraft, ...] | None = None,
    external_id: str = "",
) -> CheckoutInfo:
    """A new quote in place of one whose basket has changed: same customer, store and wishes, the new basket.

    The old one is let go. The same change again answers the same new quote. Raises what `open_checkout` raises.
    """
    with tenant_scope(tenant):
        row = within_reach(tenant, Checkout.objects.filter(id=checkout).first(), actor)
        asked = row.vouchers_asked
        basket = Basket(
            customer=row.customer_id,
            store=row.store_id,
            amount_minor=row.amount_minor if amount_minor is None else amount_minor,
            items=items_of(row) if items is None else items,
            vouchers=None if asked is None else tuple(asked),
            use_balance=_wish_of(row),
            channel=row.channel,
            external_id=external_id,
        )
        key = f"requote:{row.id}:{_hash(basket)[:32]}"
        return open_checkout(tenant=tenant, basket=basket, key=key, actor=actor, replaces=row.id, is_strict=False)


def cancel_checkout(*, tenant: UUID, checkout: UUID, actor: Actor) -> CheckoutInfo:
    """Let go of everything that a checkout holds. One that holds nothing any more answers as it is.

    Raises CheckoutNotFound, CheckoutClosed for one that was committed, PermissionMissing.
    """
    with tenant_scope(tenant):
        row = _locked(tenant, checkout, actor)
        require(actor, "sale.record", store=row.store_id)
        if row.state == Checkout.State.COMMITTED:
            raise CheckoutClosed(state=str(row.state))
        if row.state == Checkout.State.OPEN:
            let_go(row, Checkout.State.CANCELLED)
        return checkout_info(row)


def _check(tenant: UUID, basket: Basket, actor: Actor) -> None:
    get_store(tenant=tenant, store=basket.store, actor=actor)
    if basket.vouchers is not None and len(basket.vouchers) > MOST_VOUCHERS:
        raise InvalidInput({"vouchers": [f"≤ {MOST_VOUCHERS}"]})
    if isinstance(basket.use_balance, int) and not 1 <= basket.use_balance <= basket.amount_minor:
        raise InvalidInput({"use_balance": [f"1 – {basket.amount_minor}"]})
    number = basket.external_id or "-"
    check_sale(
        SaleDraft(basket.customer, basket.store, basket.amount_minor, "", number, basket.channel, items=basket.items)
    )


def _held_customer(tenant: UUID, customer: UUID | None) -> UUID | None:
    if customer is None:
        return None
    held = hold_customer(tenant=tenant, customer=customer)
    if get_customer(tenant=tenant, customer=held).status != "active":
        raise CustomerNotFound
    return held


def _replace(tenant: UUID, checkout: UUID, actor: Actor) -> None:
    row = _locked(tenant, checkout, actor)
    if row.state == Checkout.State.COMMITTED:
        raise CheckoutClosed(state=str(row.state))
    if row.state == Checkout.State.OPEN:
        let_go(row, Checkout.State.REPLACED)


def _available(tenant: UUID, holder: LockedHolder | None) -> int:
    if holder is None:
        return 0
    return max(0, holder.balance(get_tenant(tenant=tenant).currency).available)


def _row(tenant: UUID, basket: Basket, customer: UUID | None, plan: Plan, key: str, actor: Actor) -> Checkout:
    instant, asked = now(), basket.use_balance
    kind = asked if asked in ("auto", "none", "most") else "amount" if isinstance(asked, int) else "usual"
    return Checkout(
        tenant_id=tenant,
        customer_id=customer,
        store_id=basket.store,
        key=key,
        asked_hash=_hash(basket),
        external_id=basket.external_id,
        channel=basket.channel,
        currency=get_tenant(tenant=tenant).currency,
        amount_minor=basket.amount_minor,
        items=[as_json(item) for item in basket.items],
        vouchers_asked=None if basket.vouchers is None else list(basket.vouchers),
        use_balance=kind,
        balance_asked_minor=asked if isinstance(asked, int) else None,
        discount_before_minor=plan.before_minor,
        discount_minor=plan.discount_minor,
        balance_minor=plan.balance_minor,
        uses=[as_json(use) for use in plan.uses],
        lines=[{"code": line.code, "facts": line.facts} for line in plan.lines],
        earns=[as_json(award) for award in plan.earns],
        opened_at=instant,
        expires_at=instant + timedelta(minutes=till_terms(tenant=tenant).hold_minutes),
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label[:80],
    )


def _wish_of(row: Checkout) -> UseBalance | None:
    if row.use_balance == Checkout.UseBalance.AMOUNT:
        return row.balance_asked_minor
    return {"auto": "auto", "none": "none", "most": "most"}.get(str(row.use_balance))  # type: ignore[return-value]


def _first_answer(key: str, basket: Basket) -> CheckoutInfo | None:
    """The checkout that this key opened. Raises KeyReused when it was for something else."""
    row = Checkout.objects.filter(key=key).first()
    if row is None:
        return None
    if row.asked_hash != _hash(basket):
        raise KeyReused
    return checkout_info(row, repeated=True)


def _hash(basket: Basket) -> str:
    """What tells one wish from another, as it was sent."""
    facts: dict[str, Any] = {**vars(basket), "items": [vars(item) for item in basket.items]}
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()


def _locked(tenant: UUID, checkout: UUID, actor: Actor) -> Checkout:
    return within_reach(tenant, lock_checkout(tenant, checkout), actor)


def _check_open(row: Checkout) -> None:
    if row.state == Checkout.State.REPLACED:
        raise CheckoutChanged  # by the answer that was lost; the same new quote follows
    if row.state in (Checkout.State.COMMITTED, Checkout.State.CANCELLED):
        raise CheckoutClosed(state=str(row.state))
    if row.state == Checkout.State.EXPIRED or row.expires_at <= now():
        raise CheckoutExpired(expired_at=row.expires_at.isoformat())


def _differs(row: Checkout, amount_minor: int | None, items: tuple[ItemDraft, ...] | None) -> bool:
    return (amount_minor is not None and amount_minor != row.amount_minor) or (
        items is not None and [as_json(item) for item in items] != row.items
    )


def _check_uses_before(row: Checkout) -> None:
    """Raises CheckoutChanged when a voucher was used, or taken back, under the sale's number since the quote."""
    used = redemptions_for_sale(tenant=row.tenant_id, store=row.store_id, external_id=row.external_id)
    if min(row.amount_minor, sum(each.discount_minor for each in used)) != row.discount_before_minor:
        raise CheckoutChanged


def _sale(row: Checkout, actor: Actor, *, payment_method: str, status: str) -> SaleDraft:
    return SaleDraft(
        customer=row.customer_id,
        store=row.store_id,
        amount_minor=row.amount_minor,
        currency=row.currency,
        external_id=row.external_id,
        channel=row.channel,
        payment_method=payment_method,
        status=status,  # type: ignore[arg-type]
        items=items_of(row),
        operator=actor,
        voucher_discount_minor=row.discount_minor,
        balance_used_minor=row.balance_minor,
    )


def _pay(row: Checkout, sold: PurchaseInfo, actor: Actor) -> None:
    """Use what the checkout holds on the sale that has just been written. Raises a VoucherRefused."""
    if row.balance_minor and sold.customer_id is not None:
        wait_for_uses(tenant=row.tenant_id, sales=[SaleRef(row.store_id, row.external_id)])
        _check_uses_before(row)  # once more: balance and vouchers made of it share what they may pay
        holder = lock_holder(tenant=row.tenant_id, customer=sold.customer_id)
        spend(row, holder, sold.id, sold.occurred_at)
    for place, use in enumerate(uses_of(row)):
        redeemed = redeem_voucher(
            tenant=row.tenant_id,
            code=use.code,
            store=row.store_id,
            key=f"checkout:{row.id}:{place}",
            actor=actor,
            customer=sold.customer_id,
            amount_minor=row.amount_minor,
            external_id=row.external_id,
            hold=row.id,
            left_minor=use.left_minor,
            held_since=row.opened_at,
        )
        if redeemed.discount_minor != use.discount_minor:
            raise CheckoutChanged
