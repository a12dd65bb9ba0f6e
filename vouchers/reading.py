"""From rows to what other rooms see, and how a voucher is found by what people type or scan."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from smartbis.kernel.clock import now
from smartbis.kernel.codes import normalise_code
from smartbis.kernel.people import Actor
from smartbis.tenancy import selectors as tenancy
from vouchers.errors import CouponNotFound, VoucherNotFound
from vouchers.infos import CampaignInfo, CouponDraft, CouponInfo, RedemptionInfo, VoucherInfo
from vouchers.models import Campaign, Coupon, Redemption, Reversal, Voucher
from vouchers.pool import free_codes
from vouchers.stock import left_of
from vouchers.terms_of_use import TermsOfUse, terms_of, terms_of_many

_TERMS = tuple(CouponDraft.__dataclass_fields__)
_SAME = (
    "id",
    "coupon_id",
    "customer_id",
    "code",
    "qr_token",
    "origin",
    "is_personal",
    "kind",
    "currency",
    "value_minor",
    "value_left_minor",
    "value_bp",
    "value_sku",
    "value_key",
    "max_discount_minor",
    "min_purchase_minor",
    "on_lapse",
    "paid_unit",
    "paid_amount",
    "uses_total",
    "uses_left",
    "valid_from",
    "valid_until",
    "issued_at",
    "used_at",
    "ended_at",
    "ended_reason",
    "is_next_sale_only",
    "held_until",
    "legacy_code",
)
_LISTS = ("stores", "weekdays", "plans", "tiers", "communities", "tags", "given_with_plans", "notice_days")


def get_coupon_row(coupon: UUID, actor: Actor | None = None) -> Coupon:
    """Raises CouponNotFound, also when it is out of the actor's reach."""
    row = Coupon.objects.filter(id=coupon).first()
    if row is None or not is_within_reach(row, actor):
        raise CouponNotFound
    return row


def lock_coupon_terms(*, tenant: UUID, coupon: UUID) -> Coupon:
    """The coupon, whose terms nobody changes until this transaction ends. Raises CouponNotFound.

    A key lock: issues do not wait for one another, `change_coupon` waits for all of them.
    """
    rows = Coupon.objects.raw(
        "SELECT * FROM vouchers_coupon WHERE tenant_id = %s AND id = %s FOR KEY SHARE", [tenant, coupon]
    )
    for row in rows:
        return row
    raise CouponNotFound


def get_voucher_row(named: str, actor: Actor | None = None) -> Voucher:
    """The voucher of a typed code or one printed by another system. Raises VoucherNotFound."""
    rows = Voucher.objects.select_related("coupon")
    code = normalise_code(named)
    row = rows.filter(code=code).first() if code else None
    if row is None and (legacy := legacy_form(named)):
        row = rows.filter(legacy_code=legacy).first()
    if row is None or not is_voucher_within_reach(row, actor):
        raise VoucherNotFound
    return row


def name_of_voucher(named: str) -> tuple[str, str]:
    """The column and the value by which a typed code is most likely found."""
    code = normalise_code(named)
    return ("code", code) if code else ("legacy_code", legacy_form(named))


def legacy_form(text: str) -> str:
    """A code of another system as it is stored: capitals, without blanks, at most 60 characters."""
    return "".join(text.upper().split())[:60]


def is_within_reach(coupon: Coupon, actor: Actor | None) -> bool:
    """Whether an actor may know of the coupon: partners, only of those their stores are named for."""
    if actor is None or actor.partner is None:
        return True
    return bool(_stores_of(coupon.tenant_id, actor) & set(coupon.stores))


def is_voucher_within_reach(voucher: Voucher, actor: Actor | None) -> bool:
    """Whether an actor may know of a voucher, by the stores it was issued for; `voucher.coupon` is joined."""
    if actor is None or actor.partner is None:
        return True
    return bool(_stores_of(voucher.tenant_id, actor) & set(terms_of(voucher).stores))


def _stores_of(tenant: UUID, actor: Actor) -> set[UUID]:
    return {store.id for store in tenancy.stores(tenant=tenant, actor=actor, active_only=False)}


def is_store_within_reach(tenant: UUID, store: UUID, actor: Actor | None) -> bool:
    """Whether an actor may know what happened in a store."""
    if actor is None or (actor.stores is None and actor.partner is None):
        return True
    return any(store == each.id for each in tenancy.stores(tenant=tenant, actor=actor, active_only=False))


def pairs(hours: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Stored windows as pairs of "HH:MM"."""
    return tuple((start, end) for start, _, end in (window.partition("-") for window in hours))


def coupon_infos(rows: list[Coupon]) -> list[CouponInfo]:
    """Coupons with what is left of them; one query for all."""
    scarce = [row.id for row in rows if row.stock is not None or row.budget_minor is not None]
    left = left_of(coupons=scarce) if scarce else {}
    pooled = [row.id for row in rows if row.uses_pool]
    free = free_codes(pooled) if pooled else {}
    return [_coupon_info(row, left.get(row.id, (None, None)), free.get(row.id, 0)) for row in rows]


def _coupon_info(row: Coupon, left: tuple[int | None, int | None], free: int) -> CouponInfo:
    terms = {name: getattr(row, name) for name in _TERMS}
    for name in _LISTS:
        terms[name] = tuple(terms[name])
    terms["hours"] = pairs(row.hours)
    return CouponInfo(
        **terms,
        id=row.id,
        currency=row.currency,
        is_balance=row.is_balance,
        created_at=row.created_at,
        changed_at=row.changed_at,
        stock_left=_pieces_left(row, left[0], free),
        budget_left_minor=left[1] if row.budget_minor is not None else None,
    )


def campaign_info(row: Campaign, coupons: int = 0) -> CampaignInfo:
    """A campaign with how many coupons it has."""
    return CampaignInfo(
        id=row.id,
        name=row.name,
        goal=row.goal,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        created_at=row.created_at,
        coupons=coupons,
    )


def _pieces_left(row: Coupon, left: int | None, free: int) -> int | None:
    """What the stock leaves, and no more than there are codes where those are another company's."""
    stock = left if row.stock is not None else None
    if not row.uses_pool:
        return stock
    return free if stock is None else min(stock, free)


def voucher_infos(rows: Sequence[Voucher]) -> list[VoucherInfo]:
    """Vouchers with their coupons' words and their own terms; coupons are joined by the caller, one query for all."""
    terms = terms_of_many(rows)
    return [voucher_info(row, terms[row.id]) for row in rows]


def voucher_info(row: Voucher, terms: TermsOfUse | None = None) -> VoucherInfo:
    """A voucher with its coupon's words and the terms it was issued by; `row.coupon` is joined by the caller."""
    coupon, terms = row.coupon, terms or terms_of(row)
    return VoucherInfo(
        **{name: getattr(row, name) for name in _SAME},
        coupon_name=coupon.name,
        description=coupon.description,
        image=coupon.image,
        rotates_code=coupon.rotates_code,
        status=status_at(row, now()),
        stores=terms.stores,
        weekdays=terms.weekdays,
        hours=pairs(terms.hours),
        conditions=terms.conditions,
        stacks_with_vouchers=terms.stacks_with_vouchers,
        stacks_with_balance=terms.stacks_with_balance,
    )


def status_at(row: Voucher, instant: datetime) -> str:
    """The state people should see: a voucher whose time is over has lapsed before any sweep says so."""
    is_over = row.status == "issued" and row.valid_until is not None and row.valid_until <= instant
    return "lapsed" if is_over else row.status


def redemption_infos(rows: list[Redemption]) -> list[RedemptionInfo]:
    """Uses with what took them back; vouchers and coupons are joined by the caller, one query for the reversals."""
    taken_back = {row.redemption_id: row for row in Reversal.objects.filter(redemption_id__in=[r.id for r in rows])}
    return [redemption_info(row, taken_back.get(row.id)) for row in rows]


def redemption_info(row: Redemption, reversal: Reversal | None, *, repeated: bool = False) -> RedemptionInfo:
    """One use; `row.voucher` and `row.coupon` are joined by the caller."""
    return RedemptionInfo(
        id=row.id,
        voucher_id=row.voucher_id,
        coupon_id=row.coupon_id,
        coupon_name=row.coupon.name,
        code=row.voucher.code,
        kind=row.voucher.kind,
        value_sku=row.voucher.value_sku,
        value_key=row.voucher.value_key,
        customer_id=row.customer_id,
        store_id=row.store_id,
        external_id=row.external_id,
        amount_minor=row.amount_minor,
        discount_minor=row.discount_minor,
        cost_minor=row.cost_minor,
        currency=row.currency,
        change_amount=row.change_amount,
        use_number=row.use_number,
        uses_left=row.voucher.uses_left,
        voucher_status=row.voucher.status,
        funded_by=row.funded_by,
        redeemed_at=row.redeemed_at,
        actor_label=row.actor_label,
        actor_id=row.actor_id,
        reversed_at=reversal.reversed_at if reversal else None,
        reversal_reason=reversal.reason if reversal else "",
        reversed_by=reversal.actor_label if reversal else "",
        repeated=repeated,
    )
