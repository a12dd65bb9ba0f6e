"""Issuing vouchers: from a coupon, or straight from a balance."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from smartbis.customers.services import hold_customer
from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput, PermissionMissing, PriceChanged
from smartbis.kernel.people import Actor
from smartbis.ledger.accounts import Account
from smartbis.ledger.services import LockedHolder, Move, lock_holder, post
from smartbis.outbox.services import publish
from smartbis.outbox.work import request_work
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant
from vouchers import stock
from vouchers.errors import CouponNotFound
from vouchers.events import VoucherIssued
from vouchers.infos import OriginName, SaleRef, VoucherInfo
from vouchers.models import Coupon, Voucher
from vouchers.models.coupon import Kind
from vouchers.models.voucher import WHOLE_BP
from vouchers.pool import take_codes
from vouchers.reading import lock_coupon_terms, voucher_info
from vouchers.reasons import issue_reason, issue_refusal_of
from vouchers.services.amounts import check_amount, check_key
from vouchers.services.coupons import balance_coupon
from vouchers.services.orders import Order, check_eligible, check_live, check_people_and_places, first_answer
from vouchers.services.terms import draw_up


def issue_voucher(
    *,
    tenant: UUID,
    customer: UUID | None,
    coupon: UUID,
    origin: OriginName,
    key: str,
    actor: Actor,
    store: UUID | None = None,
    valid_until: datetime | None = None,
    for_sale: SaleRef | None = None,
    expects_price: tuple[int, str] | None = None,
) -> VoucherInfo:
    """Issue one voucher of a coupon; with `origin="balance"` the coupon's cost is taken from the customer's balance.

    The brand's rules of using balance are the caller's to keep: doors sell by `programs.services.buy_voucher`.
    The same key again gives the first voucher. `for_sale` names the sale that gives it, for coupons that are good from
    the next sale on. `customer` may be None for a bearer's voucher that is given, not bought. `expects_price`, amount
    and unit, is the cost that was shown.
    Raises CouponNotFound, CustomerNotFound, PriceChanged, CouponNotLive, CouponNotEligible, CouponLimitReached,
    CouponOutOfStock, BudgetExhausted, InsufficientBalance, KeyReused, InvalidInput, StoreUnknown, PermissionMissing.
    Publishes VoucherIssued.
    """
    _require(actor, customer)
    check_key(key)
    with tenant_scope(tenant):
        # An unfinished issue holds the coupon's key lock, so terms and limits are the ones in force until commit.
        if customer is not None:
            customer = hold_customer(tenant=tenant, customer=customer)
        row = lock_coupon_terms(tenant=tenant, coupon=coupon)
        is_bought = origin == "balance" and row.cost_amount is not None
        order = Order(
            tenant=tenant,
            brand=get_tenant(tenant=tenant),
            coupon=row,
            customer=customer,
            origin=origin,
            key=key,
            actor=actor,
            store=for_sale.store if for_sale else store,
            valid_until=valid_until,
            sale=for_sale,
            unit=row.cost_unit if is_bought else "",
            price=(row.cost_amount or 0) if is_bought else 0,
            value_minor=row.value_minor,
            gives_change=False,
        )
        if (first := first_answer(order)) is not None:
            return first
        if row.kind == Kind.ENTRY:
            raise CouponNotFound
        if row.is_balance:
            raise InvalidInput({"coupon": [_("Este cupom nasce só de um saldo.")]})
        if expects_price not in (None, (row.cost_amount or 0, row.cost_unit)):
            raise PriceChanged
        check_people_and_places(order)
        check_live(order)
        check_eligible(order)
        return _issue(order)


def issue_entry(
    *, tenant: UUID, customer: UUID, coupon: UUID, key: str, actor: Actor, valid_until: datetime
) -> VoucherInfo:
    """Issue the entry of somebody who registers for an event; its price, if it has one, is taken from their balance.

    Who may register, and until when, is judged by the event that calls. The same key again gives the first voucher.
    Raises CouponNotFound, CouponLimitReached, CouponOutOfStock, InsufficientBalance, KeyReused, InvalidInput.
    Publishes VoucherIssued.
    """
    check_key(key)
    with tenant_scope(tenant):
        customer = hold_customer(tenant=tenant, customer=customer)
        row = lock_coupon_terms(tenant=tenant, coupon=coupon)
        if row.kind != Kind.ENTRY:
            raise CouponNotFound
        order = Order(
            tenant=tenant,
            brand=get_tenant(tenant=tenant),
            coupon=row,
            customer=customer,
            origin="balance" if row.cost_amount else "manual",
            key=key,
            actor=actor,
            store=None,
            valid_until=valid_until,
            sale=None,
            unit=row.cost_unit,
            price=row.cost_amount or 0,
            value_minor=None,
            gives_change=False,
        )
        if (first := first_answer(order)) is not None:
            return first
        check_people_and_places(order)
        return _issue(order)


def convert_balance(
    *,
    tenant: UUID,
    customer: UUID,
    amount_minor: int,
    key: str,
    actor: Actor,
    valid_until: datetime | None = None,
    store: UUID | None = None,
    min_purchase_minor: int = 0,
    excluded_stores: tuple[UUID, ...] = (),
    share_bp: int = WHOLE_BP,
) -> VoucherInfo:
    """Turn `amount_minor` of the customer's balance into a voucher of that value, for the tenant's usual term.

    The brand's rules of using balance are the caller's to keep: doors call `programs.services.spend_balance`, which
    gives the smallest sale that they allow as `min_purchase_minor`, the stores that take no balance, and the share of a
    sale (`share_bp`, basis points) that it may pay together with other balance.
    It is personal, gives change back to the balance on a smaller sale, and returns when it lapses or is cancelled.
    Raises InsufficientBalance, CustomerNotFound, KeyReused, InvalidInput, StoreUnknown, PermissionMissing.
    Publishes VoucherIssued.
    """
    _require(actor, customer)
    check_key(key)
    check_amount(amount_minor, field="balance_minor")
    with tenant_scope(tenant):
        brand = get_tenant(tenant=tenant)
        customer = hold_customer(tenant=tenant, customer=customer)
        order = Order(
            tenant=tenant,
            brand=brand,
            coupon=balance_coupon(tenant=tenant, brand=brand),
            customer=customer,
            origin="balance",
            key=key,
            actor=actor,
            store=store,
            valid_until=valid_until,
            sale=None,
            unit=brand.currency,
            price=amount_minor,
            value_minor=amount_minor,
            gives_change=True,
            min_purchase_minor=min_purchase_minor,
            excluded_stores=excluded_stores,
            balance_share_bp=share_bp,
        )
        if (first := first_answer(order)) is not None:
            return first
        check_people_and_places(order)
        return _issue(order)


def _require(actor: Actor, customer: UUID | None) -> None:
    """Customers act for themselves, staff by their role."""
    if actor.kind != "customer":
        require(actor, "voucher.issue")
    elif customer is None or actor.id != customer:
        raise PermissionMissing(verb="voucher.issue")


def _issue(order: Order) -> VoucherInfo:
    holder = _lock_payer(order)
    voucher = draw_up(order)
    try:
        with transaction.atomic():
            voucher.save(force_insert=True)
    except IntegrityError:
        # Somebody used the key a moment ago; anything else is a fault and is raised again.
        if (first := first_answer(order)) is not None:
            return first
        raise
    _take_from_limits(order, voucher)
    if holder is not None:
        _pay(order, voucher, holder)
    if voucher.valid_until is not None:
        ask_for_sweep(voucher)
    publish(
        VoucherIssued(voucher_id=voucher.id, customer_id=order.customer, coupon_id=order.coupon.id, origin=order.origin)
    )
    return voucher_info(voucher)


def _lock_payer(order: Order) -> LockedHolder | None:
    if not order.price or order.customer is None:
        return None
    return lock_holder(tenant=order.tenant, customer=order.customer)


def _take_from_limits(order: Order, voucher: Voucher) -> None:
    """Raises CouponLimitReached, CouponOutOfStock, BudgetExhausted; the transaction takes everything back."""
    coupon, limit = order.coupon, own_limit(order.coupon, order.actor, is_free=not order.price)
    if order.customer is not None and not order.gives_change:
        taken = stock.take_one_of(tenant=order.tenant, coupon=coupon.id, customer=order.customer, limit=limit)
        if not taken:
            raise issue_refusal_of(issue_reason("coupon_limit_reached", {"limit": limit}, order.brand))
        _keep_day_limit(order, order.customer)
    if (code := stock.take_piece(tenant=order.tenant, coupon=coupon, money=voucher.reserved_minor)) is not None:
        raise issue_refusal_of(issue_reason(code, {}, order.brand))
    if coupon.uses_pool:
        _take_code(order, voucher)


def _take_code(order: Order, voucher: Voucher) -> None:
    """Give the voucher one of the other company's codes. Raises CouponOutOfStock when none is left."""
    codes = take_codes(tenant=order.tenant, coupon=order.coupon.id, wanted=1)
    if not codes:
        raise issue_refusal_of(issue_reason("coupon_out_of_stock", {}, order.brand))
    voucher.legacy_code = codes[0]
    Voucher.objects.filter(id=voucher.id).update(legacy_code=codes[0])


def _keep_day_limit(order: Order, customer: UUID) -> None:
    """Raises CouponLimitReached when this voucher is one too many for the customer's day."""
    limit = order.coupon.limit_per_day
    if limit is None:
        return
    since = stock.midnight(now(), order.brand.timezone)
    if stock.took_today(coupon=order.coupon.id, customer=customer, since=since) > limit:
        facts = {"limit": limit, "per": "day"}
        raise issue_refusal_of(issue_reason("coupon_limit_reached", facts, order.brand))


def own_limit(coupon: Coupon, actor: Actor | None, *, is_free: bool) -> int | None:
    """How many vouchers one customer may have; whoever helps themselves to a free coupon without a limit gets one."""
    if coupon.limit_per_customer is None and is_free and actor is not None and actor.kind == "customer":
        return 1
    return coupon.limit_per_customer


def _pay(order: Order, voucher: Voucher, holder: LockedHolder) -> None:
    """Raises InsufficientBalance; the transaction takes everything back."""
    post(
        tenant=order.tenant,
        holder=holder,
        moves=[
            Move(
                unit=order.unit,
                debit=Account.AVAILABLE,
                credit=Account.VOUCHER_OUTSTANDING,
                amount=order.price,
                kind="voucher_issue",
                explanation={"key": "voucher_issue", "coupon": order.coupon.name},
                voucher_id=voucher.id,
                store_id=order.store,
            )
        ],
    )


def ask_for_sweep(voucher: Voucher) -> None:
    """Have the lapse worker come by at the voucher's end, unless another open voucher has asked for that moment."""
    others = Voucher.objects.filter(status=Voucher.Status.ISSUED, valid_until=voucher.valid_until)
    if not others.exclude(id=voucher.id).exists():
        request_work(queue="bulk", due_at=voucher.valid_until)
