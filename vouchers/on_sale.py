"""What the sale says against one more use on it: that it is no more, gave the balance, or has had its share of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, Min, OuterRef, Sum

from smartbis.purchases.infos import PurchaseInfo
from smartbis.purchases.selectors import find_purchase
from smartbis.tenancy.scope import tenant_scope
from vouchers.conditions import Found, Use
from vouchers.models import Redemption, Reversal, Voucher
from vouchers.models.voucher import WHOLE_BP


@dataclass(frozen=True)
class BalanceTaken:
    """What vouchers made of balance took off a sale, in minor units, and the strictest of their shares of it."""

    discount_minor: int = 0
    share_bp: int = WHOLE_BP


def balance_taken(*, tenant: UUID, store: UUID, external_id: str) -> BalanceTaken:
    """What vouchers made of balance have taken off a sale, by its store and number; uses taken back left out."""
    if not external_id:
        return BalanceTaken()
    with tenant_scope(tenant, read_only=True):
        uses = Redemption.objects.filter(
            ~Exists(Reversal.objects.filter(redemption_id=OuterRef("id"))),
            store_id=store,
            external_id=external_id,
            voucher__gives_change=True,
        )
        found = uses.aggregate(discount=Sum("discount_minor"), share=Min("voucher__balance_share_bp"))
        return BalanceTaken(int(found["discount"] or 0), found["share"] or WHOLE_BP)


def against_sale(voucher: Voucher, use: Use) -> Iterator[Found]:
    """What the sale that a use names says against it. Reads inside the tenant's scope."""
    if not use.sale:
        return
    sale = find_purchase(tenant=voucher.tenant_id, store=use.store, external_id=use.sale)
    if sale is not None and (sale.status == "cancelled" or sale.refunded_minor >= sale.amount_minor):
        yield "voucher_sale_refunded", {}
    is_of_money = voucher.paid_amount and voucher.paid_unit == voucher.currency
    if is_of_money and sale is not None and sale.recorded_at < voucher.issued_at:
        yield "voucher_not_yet_valid", {"next_sale": True}
    if voucher.gives_change:
        yield from _against_share(voucher, use, sale)


def _against_share(voucher: Voucher, use: Use, sale: PurchaseInfo | None) -> Iterator[Found]:
    """That balance would pay more of the sale than its share: with this voucher, those before it and balance itself."""
    taken = balance_taken(tenant=voucher.tenant_id, store=use.store, external_id=use.sale)
    before = taken.discount_minor + (sale.balance_used_minor if sale else 0)
    share = min(voucher.balance_share_bp, taken.share_bp)
    if not before or share >= WHOLE_BP or use.amount_minor is None:
        return
    least = -(-(before + (voucher.value_minor or 0)) * WHOLE_BP // share)
    if (voucher.min_purchase_minor or 0) <= use.amount_minor < least:
        missing = least - use.amount_minor
        yield (
            "voucher_below_minimum",
            {"minimum_minor": least, "missing_minor": missing, "currency": voucher.currency},
        )
