"""Judging one use of one voucher with all that has to be read for it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef

from smartbis.kernel.clock import now
from smartbis.kernel.people import Actor
from smartbis.tenancy.selectors import StoreInfo, TenantInfo, get_tenant
from vouchers.conditions import GivingSale, Use, against_use
from vouchers.infos import Reason
from vouchers.models import Redemption, Reversal, Voucher
from vouchers.reading import pairs
from vouchers.reasons import issue_reason, reasons_of


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a till asks for. Amounts in minor units; `is_final` when it wants the use, not only to know.

    `brand` spares reading it once more where many vouchers are judged. `as_of` is the moment that counts, now without
    one.
    """

    tenant: UUID
    store: StoreInfo
    actor: Actor | None
    customer: UUID | None
    amount_minor: int | None
    external_id: str = ""
    hold: UUID | None = None
    is_final: bool = True
    at_door: bool = False
    brand: TenantInfo | None = None
    as_of: datetime | None = None


def reasons_against(voucher: Voucher, asked: Asked) -> tuple[Reason, ...]:
    """Every reason against the use, the most telling first. Reads inside the tenant's scope."""
    brand = asked.brand or get_tenant(tenant=asked.tenant)
    zone, instant = ZoneInfo(brand.timezone), asked.as_of or now()
    coupon = voucher.coupon
    found = list(
        against_use(
            voucher,
            hold=(voucher.hold_id, voucher.held_until),
            given_by=GivingSale(voucher.store_id, voucher.given_by_external_id, voucher.issued_at.astimezone(zone)),
            where=(coupon.stores, coupon.weekdays, pairs(coupon.hours)),
            use=_use(asked, instant, zone),
            excluded=voucher.excluded_stores,
        )
    )
    reasons = reasons_of(found, voucher, brand, asked.actor)
    if is_over_limit(voucher, asked.customer, uses_more=1):
        reasons += (limit_reason(voucher, brand),)
    return reasons


def limit_reason(voucher: Voucher, brand: TenantInfo) -> Reason:
    """That the named customer has used as many as one may."""
    limit = (voucher.coupon.limit_per_customer or 0) * voucher.coupon.uses
    return issue_reason("voucher_limit_reached", {"limit": limit}, brand)


def is_over_limit(voucher: Voucher, customer: UUID | None, *, uses_more: int) -> bool:
    """Whether `uses_more` uses would pass a bearer coupon's limit for the named customer.

    A personal voucher's limit was kept when it was issued; a bearer's counts whoever is named at the till.
    """
    limit = voucher.coupon.limit_per_customer
    if voucher.is_personal or limit is None or customer is None:
        return False
    used = Redemption.objects.filter(
        ~Exists(Reversal.objects.filter(redemption_id=OuterRef("id"))),
        customer_id=customer,
        named_customer_id=customer,
        coupon_id=voucher.coupon_id,
    )
    return used.count() + uses_more > limit * voucher.coupon.uses


def _use(asked: Asked, instant: datetime, zone: ZoneInfo) -> Use:
    return Use(
        at=instant,
        at_local=instant.astimezone(zone),
        store=asked.store.id,
        is_partner_store=asked.store.kind == "partner",
        customer=asked.customer,
        amount_minor=asked.amount_minor,
        sale=asked.external_id,
        hold=asked.hold,
        amount_is_final=asked.is_final,
        at_door=asked.at_door,
    )
