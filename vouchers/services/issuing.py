"""Issuing vouchers: from a coupon, or straight from a balance."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from smartbis.customers.selectors import get_customer, memberships_of
from smartbis.customers.services import hold_customer
from smartbis.kernel.clock import now
from smartbis.kernel.codes import new_code, new_token
from smartbis.kernel.errors import InvalidInput, PermissionMissing
from smartbis.kernel.people import Actor
from smartbis.ledger.accounts import Account
from smartbis.ledger.services import LockedHolder, Move, lock_holder, post
from smartbis.outbox.services import publish
from smartbis.outbox.work import request_work
from smartbis.tenancy.errors import KeyReused
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo, get_store, get_tenant
from vouchers import stock
from vouchers.conditions import greatest_cost, is_eligible, iso
from vouchers.errors import CouponNotFound
from vouchers.events import VoucherIssued
from vouchers.infos import OriginName, SaleRef, VoucherInfo
from vouchers.models import Coupon, Voucher
from vouchers.models.coupon import Kind
from vouchers.reading import lock_coupon_terms, voucher_info
from vouchers.reasons import issue_reason, issue_refusal_of
from vouchers.services.amounts import check_amount, check_key
from vouchers.services.coupons import balance_coupon

MOST_YEARS_AHEAD = 10
_COPIED = [
    "kind",
    "currency",
    "value_minor",
    "value_bp",
    "value_sku",
    "value_key",
    "max_discount_minor",
    "min_purchase_minor",
]


@dataclass(frozen=True, kw_only=True)
class _Order:
    """A voucher that somebody wants to come to be. `price` of `unit` is taken from the balance."""

    tenant: UUID
    brand: TenantInfo
    coupon: Coupon
    customer: UUID | None
    origin: str
    key: str
    actor: Actor
    store: UUID | None
    valid_until: datetime | None
    sale: SaleRef | None
    unit: str
    price: int
    value_minor: int | None
    gives_change: bool
    min_purchase_minor: int = 0


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
) -> VoucherInfo:
    """Issue one voucher of a coupon; with `origin="balance"` the coupon's cost is taken from the customer's balance.

    The same key again gives the first voucher. `for_sale` names the sale that gives it, for coupons that are good from
    the next sale on. `customer` may be None for a bearer's voucher that is given, not bought.
    Raises CouponNotFound, CustomerNotFound, CouponNotLive, CouponNotEligible, CouponLimitReached, CouponOutOfStock,
    BudgetExhausted, InsufficientBalance, KeyReused, InvalidInput, StoreUnknown, PermissionMissing.
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
        order = _Order(
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
        if (first := _first_answer(order)) is not None:
            return first
        if row.kind == Kind.ENTRY:
            raise CouponNotFound
        if row.is_balance:
            raise InvalidInput({"coupon": [_("Este cupom nasce só de um saldo.")]})
        _check_people_and_places(order)
        _check_live(order)
        _check_eligible(order)
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
        order = _Order(
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
        if (first := _first_answer(order)) is not None:
            return first
        _check_people_and_places(order)
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
) -> VoucherInfo:
    """Turn `amount_minor` of the customer's balance into a voucher of that value, for the tenant's usual term.

    The brand's rules of using balance are the caller's to keep: doors call `programs.services.spend_balance`, which
    gives the smallest sale that they allow as `min_purchase_minor`.
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
        order = _Order(
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
        )
        if (first := _first_answer(order)) is not None:
            return first
        _check_people_and_places(order)
        return _issue(order)


def _require(actor: Actor, customer: UUID | None) -> None:
    """Customers act for themselves, staff by their role."""
    if actor.kind != "customer":
        require(actor, "voucher.issue")
    elif customer is None or actor.id != customer:
        raise PermissionMissing(verb="voucher.issue")


def _first_answer(order: _Order) -> VoucherInfo | None:
    """The voucher that this key made before. Raises KeyReused when it was asked for something else."""
    row = Voucher.objects.select_related("coupon").filter(key=order.key).first()
    if row is None:
        return None
    asked = (order.coupon.id, order.customer, order.origin)
    wants_other_value = order.gives_change and row.paid_amount != order.price
    if (row.coupon_id, row.customer_id, row.origin) != asked or wants_other_value:
        raise KeyReused
    return voucher_info(row)


def _check_people_and_places(order: _Order) -> None:
    if order.customer is not None:
        if get_customer(tenant=order.tenant, customer=order.customer).status != "active":
            raise InvalidInput({"customer": [_("Este cadastro foi apagado.")]})
    elif order.coupon.holder == Coupon.Holder.PERSONAL or order.price:
        raise InvalidInput({"customer": [_("Diga de quem é o voucher.")]})
    if order.store is not None:
        get_store(tenant=order.tenant, store=order.store, actor=order.actor)


def _check_live(order: _Order) -> None:
    coupon, instant = order.coupon, now()
    is_early = coupon.period_from is not None and coupon.period_from > instant
    is_late = coupon.period_until is not None and coupon.period_until <= instant
    if coupon.status != Coupon.Status.LIVE or is_early or is_late:
        facts = {
            "status": coupon.status,
            "from": iso(coupon.period_from) if is_early else None,
            "until": iso(coupon.period_until) if is_late else None,
        }
        raise issue_refusal_of(issue_reason("coupon_not_live", facts, order.brand))


def _check_eligible(order: _Order) -> None:
    coupon = order.coupon
    is_for_all = not (coupon.plans or coupon.tiers or coupon.segment)
    is_hidden = order.actor.kind == "customer" and not coupon.is_listed
    if is_for_all and not is_hidden:
        return
    memberships = (
        memberships_of(tenant=order.tenant, customer=order.customer) if order.customer else frozenset[tuple[str, str]]()
    )
    if is_hidden or not is_eligible(
        plans=coupon.plans, tiers=coupon.tiers, segment=coupon.segment, memberships=memberships
    ):
        facts = {"plans": list(coupon.plans), "tiers": list(coupon.tiers), "segment": coupon.segment}
        raise issue_refusal_of(issue_reason("coupon_not_eligible", facts, order.brand))


def _issue(order: _Order) -> VoucherInfo:
    holder = _lock_payer(order)
    voucher = _draw_up(order)
    try:
        with transaction.atomic():
            voucher.save(force_insert=True)
    except IntegrityError:
        # Somebody used the key a moment ago; anything else is a fault and is raised again.
        if (first := _first_answer(order)) is not None:
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


def _lock_payer(order: _Order) -> LockedHolder | None:
    if not order.price or order.customer is None:
        return None
    return lock_holder(tenant=order.tenant, customer=order.customer)


def _draw_up(order: _Order) -> Voucher:
    coupon, instant = order.coupon, now()
    valid_from = _start(order, instant)
    # Only somebody who chose the voucher and was told may lose its price.
    is_chosen = order.price > 0 and order.actor.kind != "system" and not order.gives_change
    return Voucher(
        tenant_id=order.tenant,
        coupon=coupon,
        customer_id=order.customer,
        code=new_code(),
        qr_token=new_token(),
        origin=order.origin,
        key=order.key,
        is_personal=coupon.holder == Coupon.Holder.PERSONAL,
        on_lapse=coupon.on_lapse if is_chosen else "return",
        gives_change=order.gives_change,
        paid_unit=order.unit,
        paid_amount=order.price,
        paid_left=order.price,
        reserved_minor=reserve_of(coupon),
        uses_total=coupon.uses,
        uses_left=coupon.uses,
        valid_from=valid_from,
        valid_until=_end(order, instant, valid_from),
        store_id=order.store,
        is_next_sale_only=coupon.usable_from_next_sale,
        given_by_external_id=order.sale.external_id if order.sale else "",
        issued_at=instant,
        issued_by_kind=order.actor.kind,
        issued_by_id=order.actor.id,
        issued_by_label="" if order.actor.kind == "customer" else order.actor.label[:80],
        **{name: getattr(coupon, name) for name in _COPIED}
        | {
            "value_minor": order.value_minor,
            "min_purchase_minor": max(coupon.min_purchase_minor or 0, order.min_purchase_minor)
            or coupon.min_purchase_minor,
        },
    )


def reserve_of(coupon: Coupon) -> int:
    """Minor units of the budget that one voucher may come to cost at most; 0 for a coupon without a budget."""
    return 0 if coupon.budget_minor is None else (greatest_cost(coupon) or 0) * coupon.uses


def _start(order: _Order, instant: datetime) -> datetime:
    """Now, or the first minute of the tenant's day so many days on."""
    days = order.coupon.usable_from_days
    if not days:
        return instant
    zone = ZoneInfo(order.brand.timezone)
    return datetime.combine(instant.astimezone(zone).date() + timedelta(days=days), time.min, zone)


def _end(order: _Order, instant: datetime, valid_from: datetime) -> datetime | None:
    """The asked end, or the coupon's, or the tenant's usual term for a balance: the last second of a local day."""
    usual = _usual_end(order, instant)
    asked = order.valid_until
    if asked is None:
        return usual
    too_late = asked > instant + timedelta(days=366 * MOST_YEARS_AHEAD)
    longer_than_offered = order.actor.kind == "customer" and usual is not None and asked > usual
    if asked <= valid_from or too_late or longer_than_offered:
        raise InvalidInput({"valid_until": [_("Esta data não serve.")]})
    return asked


def _usual_end(order: _Order, instant: datetime) -> datetime | None:
    coupon = order.coupon
    days = coupon.valid_days or (order.brand.voucher_days if order.gives_change else None)
    if days is None:
        return coupon.period_until
    return end_of_day(instant, days, order.brand)


def end_of_day(instant: datetime, days: int, brand: TenantInfo) -> datetime:
    """The last second of the tenant's day `days` after that of `instant`."""
    zone = ZoneInfo(brand.timezone)
    return datetime.combine(instant.astimezone(zone).date() + timedelta(days=days), time(23, 59, 59), zone)


def _take_from_limits(order: _Order, voucher: Voucher) -> None:
    """Raises CouponLimitReached, CouponOutOfStock, BudgetExhausted; the transaction takes everything back."""
    coupon, limit = order.coupon, own_limit(order.coupon, order.actor, is_free=not order.price)
    if order.customer is not None and not order.gives_change:
        taken = stock.take_one_of(tenant=order.tenant, coupon=coupon.id, customer=order.customer, limit=limit)
        if not taken:
            raise issue_refusal_of(issue_reason("coupon_limit_reached", {"limit": limit}, order.brand))
    if (code := stock.take_piece(tenant=order.tenant, coupon=coupon, money=voucher.reserved_minor)) is not None:
        raise issue_refusal_of(issue_reason(code, {}, order.brand))


def own_limit(coupon: Coupon, actor: Actor | None, *, is_free: bool) -> int | None:
    """How many vouchers one customer may have; whoever helps themselves to a free coupon without a limit gets one."""
    if coupon.limit_per_customer is None and is_free and actor is not None and actor.kind == "customer":
        return 1
    return coupon.limit_per_customer


def _pay(order: _Order, voucher: Voucher, holder: LockedHolder) -> None:
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
