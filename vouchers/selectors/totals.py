"""What happened to vouchers in a period, in figures."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from smartbis.kernel.clock import now
from smartbis.tenancy.scope import tenant_scope
from vouchers.infos import VoucherTotals
from vouchers.models import Redemption, Reversal, Voucher


def voucher_totals(*, tenant: UUID, since: datetime, until: datetime, store: UUID | None = None) -> VoucherTotals:
    """Counts and money from `since` (included) to `until` (excluded), of one store's uses when one is named.

    `redeemed`, `discount_minor` and `cost_minor` leave out uses that were taken back; `sales_minor` sums the sales that
    were named with a use. `open_*` are of now: unused vouchers, and what those with a fixed value are worth.
    """
    with tenant_scope(tenant, read_only=True):
        at = {"store_id": store} if store is not None else {}
        stands = ~Exists(Reversal.objects.filter(redemption_id=OuterRef("id")))
        used = Redemption.objects.filter(stands, redeemed_at__gte=since, redeemed_at__lt=until, **at).aggregate(
            redeemed=Count("id"),
            discount_minor=Coalesce(Sum("discount_minor"), 0),
            cost_minor=Coalesce(Sum("cost_minor"), 0),
            sales_minor=Coalesce(Sum("amount_minor"), 0),
        )
        back = Reversal.objects.filter(reversed_at__gte=since, reversed_at__lt=until)
        if store is not None:
            back = back.filter(redemption__store_id=store)
        return VoucherTotals(
            **{name: int(value) for name, value in used.items()}, reversed=back.count(), **_of_vouchers(since, until)
        )


def _of_vouchers(since: datetime, until: datetime) -> dict[str, Any]:
    instant = now()
    is_open = Q(status="issued") & (Q(valid_until__isnull=True) | Q(valid_until__gt=instant))
    issued = Voucher.objects.filter(issued_at__gte=since, issued_at__lt=until).count()
    ended = Voucher.objects.filter(ended_at__gte=since, ended_at__lt=until).aggregate(
        cancelled=Count("id", filter=Q(status="cancelled")), lapsed=Count("id", filter=Q(status="lapsed"))
    )
    left = Voucher.objects.filter(is_open).aggregate(
        open_vouchers=Count("id"),
        open_value_minor=Coalesce(Sum(Coalesce("value_left_minor", "value_minor"), filter=Q(kind="amount")), 0),
    )
    return {"issued": issued, **ended, **left}
