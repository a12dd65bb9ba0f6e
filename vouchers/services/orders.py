"""The order of a voucher: what somebody wants to come to be, and what speaks against it before anything is taken."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from smartbis.customers.selectors import get_customer
from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.people import Actor
from smartbis.tenancy.errors import KeyReused
from smartbis.tenancy.selectors import TenantInfo, get_store
from vouchers.audience import asked_of, is_for_all, lacking
from vouchers.conditions import iso
from vouchers.infos import SaleRef, VoucherInfo
from vouchers.models import Coupon, Voucher
from vouchers.models.voucher import WHOLE_BP
from vouchers.people import person_of
from vouchers.reading import voucher_info
from vouchers.reasons import issue_reason, issue_refusal_of


@dataclass(frozen=True, kw_only=True)
class Order:
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
    excluded_stores: tuple[UUID, ...] = ()
    balance_share_bp: int = WHOLE_BP


def first_answer(order: Order) -> VoucherInfo | None:
    """The voucher that this key made before. Raises KeyReused when it was asked for something else."""
    row = Voucher.objects.select_related("coupon").filter(key=order.key).first()
    if row is None:
        return None
    asked = (order.coupon.id, order.customer, order.origin)
    wants_other_value = order.gives_change and row.paid_amount != order.price
    if (row.coupon_id, row.customer_id, row.origin) != asked or wants_other_value:
        raise KeyReused
    return voucher_info(row)


def check_people_and_places(order: Order) -> None:
    """Raises InvalidInput for a customer who is erased, or not named where one must be; StoreUnknown."""
    if order.customer is not None:
        if get_customer(tenant=order.tenant, customer=order.customer).status != "active":
            raise InvalidInput({"customer": [_("Este cadastro foi apagado.")]})
    elif order.coupon.holder == Coupon.Holder.PERSONAL or order.price:
        raise InvalidInput({"customer": [_("Diga de quem é o voucher.")]})
    if order.store is not None:
        get_store(tenant=order.tenant, store=order.store, actor=order.actor)


def check_live(order: Order) -> None:
    """Raises CouponNotLive before the coupon's period, after it, and in any state but live."""
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


def check_eligible(order: Order) -> None:
    """Raises CouponNotEligible for a customer outside the coupon's groups, or who helps themselves to a hidden one."""
    coupon = order.coupon
    is_hidden = order.actor.kind == "customer" and not coupon.is_listed
    if is_for_all(coupon) and not is_hidden:
        return
    person = (
        person_of(tenant=order.tenant, customer=order.customer, audiences=[coupon], at=now())
        if order.customer
        else None
    )
    lacks = lacking(coupon, person)
    if is_hidden or lacks:
        facts = asked_of(coupon) | {"lacking": list(lacks)}
        raise issue_refusal_of(issue_reason("coupon_not_eligible", facts, order.brand))
