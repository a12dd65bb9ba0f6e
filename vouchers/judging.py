"""Judging one use of one voucher with all that has to be read for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef

from smartbis.kernel.clock import now
from smartbis.kernel.people import Actor
from smartbis.tenancy.scope import Reading, read
from smartbis.tenancy.selectors import StoreInfo, TenantInfo, get_tenant
from vouchers.conditions import Found, GivingSale, Use, against_use
from vouchers.infos import Reason
from vouchers.models import Redemption, Reversal, Voucher
from vouchers.on_sale import against_sale
from vouchers.reading import pairs
from vouchers.reasons import issue_reason, reasons_of
from vouchers.stock import midnight
from vouchers.terms_of_use import TermsOfUse, terms_of, terms_of_many

# Uses keep the id they were made under: those of who is one person by now are counted together.
_USES = """
SELECT count(*) FROM vouchers_redemption AS r
WHERE r.tenant_id = %(tenant)s
  AND r.customer_id = ANY (ARRAY(
      WITH person AS MATERIALIZED (
          SELECT COALESCE(merged_into_id, id) AS id FROM customers_customer
          WHERE tenant_id = %(tenant)s AND id = %(customer)s)
      SELECT id FROM person
      UNION ALL
      SELECT id FROM customers_customer
      WHERE tenant_id = %(tenant)s AND merged_into_id = (SELECT id FROM person)))
  AND r.coupon_id = %(coupon)s
  AND (r.named_customer_id IS NOT NULL OR NOT %(only_named)s)
  AND (%(since)s::timestamptz IS NULL OR r.redeemed_at >= %(since)s::timestamptz)
  AND NOT EXISTS (
      SELECT FROM vouchers_reversal AS x WHERE x.tenant_id = r.tenant_id AND x.redemption_id = r.id)
"""


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
    terms, use = terms_of(voucher), _use(asked, instant, zone)
    found = list(
        against_use(
            voucher,
            hold=(voucher.hold_id, voucher.held_until),
            given_by=GivingSale(voucher.store_id, voucher.given_by_external_id, voucher.issued_at.astimezone(zone)),
            where=(terms.stores, terms.weekdays, pairs(terms.hours)),
            use=use,
            excluded=voucher.excluded_stores,
        )
    )
    found.extend(_against_others(voucher, terms, asked))
    found.extend(against_sale(voucher, use))
    reasons = reasons_of(found, voucher, brand, asked.actor)
    if reason := limit_against(voucher, terms, asked, uses_more=1):
        reasons += (reason,)
    return reasons


def limit_against(voucher: Voucher, terms: TermsOfUse, asked: Asked, *, uses_more: int) -> Reason | None:
    """That `uses_more` uses would pass what one customer may use, in all or on this day.

    In all, a personal voucher's limit was kept when it was issued; a bearer's counts whoever is named at the till. The
    day's counts who is named, else whose voucher it is.
    """
    brand = asked.brand or get_tenant(tenant=asked.tenant)
    customer = asked.customer
    if not voucher.is_personal and terms.limit_per_customer is not None and customer is not None:
        limit = terms.limit_per_customer * terms.uses
        if uses_of_coupon(voucher, customer) + uses_more > limit:
            return issue_reason("voucher_limit_reached", {"limit": limit}, brand)
    customer = customer or voucher.customer_id
    if terms.limit_per_day is None or customer is None:
        return None
    if uses_today(voucher, customer, brand) + uses_more > terms.limit_per_day:
        return issue_reason("voucher_limit_reached", {"limit": terms.limit_per_day, "per": "day"}, brand)
    return None


def uses_of_coupon(voucher: Voucher, customer: UUID) -> int:
    """How often a customer, named at the till, has used vouchers of the same coupon; uses taken back left out."""
    return _uses(voucher, customer, only_named=True, since=None)


def uses_today(voucher: Voucher, customer: UUID, brand: TenantInfo) -> int:
    """How often a customer has used vouchers of the same coupon on this day of the brand's calendar."""
    return _uses(voucher, customer, only_named=False, since=midnight(now(), brand.timezone))


def _uses(voucher: Voucher, customer: UUID, *, only_named: bool, since: datetime | None) -> int:
    facts = {"tenant": voucher.tenant_id, "coupon": voucher.coupon_id, "customer": customer}
    count = Reading(_USES, facts | {"only_named": only_named, "since": since}, lambda rows: int(rows[0][0]))
    return read(count)


def _against_others(voucher: Voucher, terms: TermsOfUse, asked: Asked) -> Iterator[Found]:
    """That the sale has a voucher already beside which this one, or which beside this one, does not stand."""
    if not asked.external_id:
        return
    rows = Voucher.objects.select_related("coupon").filter(
        Exists(
            Redemption.objects.filter(
                ~Exists(Reversal.objects.filter(redemption_id=OuterRef("id"))),
                voucher_id=OuterRef("id"),
                store_id=asked.store.id,
                external_id=asked.external_id,
            )
        )
    )
    others = list(rows.exclude(id=voucher.id).order_by("id")[:20])
    if not others:
        return
    theirs = terms_of_many(others)
    against = [each for each in others if not (terms.stacks_with_vouchers and theirs[each.id].stacks_with_vouchers)]
    if against:
        yield "voucher_not_combinable", {"with": against[0].coupon.name}


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
