"""The terms that a voucher is drawn up with: its value, its first and last moment, what it keeps of the budget."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from smartbis.kernel.clock import now
from smartbis.kernel.codes import new_code, new_token
from smartbis.kernel.errors import InvalidInput
from smartbis.tenancy.selectors import TenantInfo
from vouchers.conditions import greatest_cost
from vouchers.models import Coupon, Voucher
from vouchers.services.orders import Order

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


def draw_up(order: Order) -> Voucher:
    """The voucher of an order, not saved yet. Raises InvalidInput for an end that does not serve."""
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
        excluded_stores=list(order.excluded_stores),
        balance_share_bp=order.balance_share_bp,
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
            "value_left_minor": order.value_minor if coupon.is_divisible else None,
        },
    )


def reserve_of(coupon: Coupon) -> int:
    """Minor units of the budget that one voucher may come to cost at most; 0 for a coupon without a budget."""
    return 0 if coupon.budget_minor is None else (greatest_cost(coupon) or 0) * coupon.uses


def _start(order: Order, instant: datetime) -> datetime:
    """Now, or the first minute of the tenant's day so many days on."""
    days = order.coupon.usable_from_days
    if not days:
        return instant
    zone = ZoneInfo(order.brand.timezone)
    return datetime.combine(instant.astimezone(zone).date() + timedelta(days=days), time.min, zone)


def _end(order: Order, instant: datetime, valid_from: datetime) -> datetime | None:
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


def _usual_end(order: Order, instant: datetime) -> datetime | None:
    coupon = order.coupon
    days = coupon.valid_days or (order.brand.voucher_days if order.gives_change else None)
    if days is None:
        return coupon.period_until
    return end_of_day(instant, days, order.brand)


def end_of_day(instant: datetime, days: int, brand: TenantInfo) -> datetime:
    """The last second of the tenant's day `days` after that of `instant`."""
    zone = ZoneInfo(brand.timezone)
    return datetime.combine(instant.astimezone(zone).date() + timedelta(days=days), time(23, 59, 59), zone)
