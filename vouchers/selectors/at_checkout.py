"""Vouchers as a checkout weighs them: what each takes off, whether it may, and what it goes together with."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef

from smartbis.kernel.people import Actor
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_store, get_tenant
from vouchers.infos import Reason, VoucherInfo
from vouchers.judging import Asked, reasons_against, uses_of_coupon, uses_today
from vouchers.models import Redemption, Reversal, Voucher
from vouchers.reading import get_voucher_row, voucher_info
from vouchers.selectors.vouchers import open_rows
from vouchers.terms_of_use import TermsOfUse, terms_of, terms_of_many

MONEY = frozenset({"amount", "percentage"})
LOOKED_THROUGH = 50


@dataclass(frozen=True, kw_only=True)
class CheckoutVoucher:
    """A voucher judged for one sale. `worth_minor` is what is left of a fixed value, in minor units.

    `rest_stays`: what the sale leaves of it is not lost. `uses_free` is how many vouchers of its coupon this customer
    may still use; None is no limit. `balance_share_bp`, of a voucher made of balance, is the share of the sale that it
    and other balance may pay together; None of any other.
    """

    voucher: VoucherInfo
    reasons: tuple[Reason, ...]
    worth_minor: int
    rest_stays: bool
    stacks_with_vouchers: bool
    stacks_with_balance: bool
    uses_free: int | None
    balance_share_bp: int | None


def named_at_checkout(
    *,
    tenant: UUID,
    codes: Sequence[str],
    store: UUID,
    customer: UUID | None,
    amount_minor: int,
    external_id: str,
    actor: Actor,
) -> list[CheckoutVoucher]:
    """The vouchers of these codes, each once, in their order. Raises VoucherNotFound, StoreUnknown."""
    with tenant_scope(tenant, read_only=True):
        rows = {row.id: row for row in (get_voucher_row(code, actor) for code in codes)}
        asked = _asked(tenant, store, customer, amount_minor, external_id, actor)
        return [_judged(row, asked) for row in rows.values()]


def found_at_checkout(
    *, tenant: UUID, store: UUID, customer: UUID, amount_minor: int, external_id: str, actor: Actor, limit: int
) -> list[CheckoutVoucher]:
    """The customer's own open vouchers that take money off this sale, the most first, at most `limit` of them."""
    with tenant_scope(tenant, read_only=True):
        asked = _asked(tenant, store, customer, amount_minor, external_id, actor)
        rows = open_rows(tenant=tenant, customer=customer, limit=LOOKED_THROUGH)
        judged = [_judged(row, asked) for row in rows if row.kind in MONEY]
        usable = [each for each in judged if not each.reasons]
        return sorted(usable, key=lambda each: -_takes_off(each, amount_minor))[:limit]


def _takes_off(each: CheckoutVoucher, amount_minor: int) -> int:
    voucher = each.voucher
    off = each.worth_minor if voucher.kind == "amount" else amount_minor * (voucher.value_bp or 0) // 10_000
    ceiling = voucher.max_discount_minor
    return min(off, amount_minor) if ceiling is None or voucher.kind == "amount" else min(off, amount_minor, ceiling)


def _asked(
    tenant: UUID, store: UUID, customer: UUID | None, amount_minor: int, external_id: str, actor: Actor
) -> Asked:
    return Asked(
        tenant=tenant,
        store=get_store(tenant=tenant, store=store, actor=actor),
        actor=actor,
        customer=customer,
        amount_minor=amount_minor,
        external_id=external_id,
        brand=get_tenant(tenant=tenant),
    )


def balance_may_help(*, tenant: UUID, store: UUID, external_id: str) -> bool:
    """Whether every voucher that was used on a sale before may stand beside balance."""
    with tenant_scope(tenant, read_only=True):
        uses = Redemption.objects.filter(
            ~Exists(Reversal.objects.filter(redemption_id=OuterRef("id"))), store_id=store, external_id=external_id
        ).values("voucher_id")
        rows = list(Voucher.objects.select_related("coupon").filter(id__in=uses))
        return all(terms.stacks_with_balance for terms in terms_of_many(rows).values())


def _uses_free(row: Voucher, terms: TermsOfUse, asked: Asked) -> int | None:
    if asked.customer is None:
        return None
    free = []
    if terms.limit_per_customer is not None and not row.is_personal:
        free.append(terms.limit_per_customer * terms.uses - uses_of_coupon(row, asked.customer))
    if terms.limit_per_day is not None:
        brand = asked.brand or get_tenant(tenant=asked.tenant)
        free.append(terms.limit_per_day - uses_today(row, asked.customer, brand))
    return min(free, default=None)


def _judged(row: Voucher, asked: Asked) -> CheckoutVoucher:
    terms = terms_of(row)
    left = row.value_left_minor if row.value_left_minor is not None else row.value_minor
    return CheckoutVoucher(
        voucher=voucher_info(row, terms),
        reasons=reasons_against(row, asked),
        worth_minor=(left or 0) if row.kind == "amount" else 0,
        rest_stays=row.gives_change or row.value_left_minor is not None,
        stacks_with_vouchers=terms.stacks_with_vouchers,
        stacks_with_balance=terms.stacks_with_balance,
        uses_free=_uses_free(row, terms, asked),
        balance_share_bp=row.balance_share_bp if row.gives_change else None,
    )
