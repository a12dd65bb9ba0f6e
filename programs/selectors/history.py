"""What came with sales that a file brought in, and when it was due."""

from datetime import datetime
from uuid import UUID

from programs.models import PlanPeriod, RuleGift
from programs.selectors.plans import source_of
from smartbis.tenancy.scope import tenant_scope
from vouchers.infos import VoucherInfo
from vouchers.selectors import key_of_voucher


def source_of_voucher(*, tenant: UUID, voucher: VoucherInfo) -> str:
    """What a voucher came with: `gift:<id>` of a rule, or the source of a plan's periods; empty for any other."""
    if voucher.origin not in ("rule", "plan"):
        return ""
    key = key_of_voucher(tenant=tenant, voucher=voucher.id)
    return source_of(key) if voucher.origin == "plan" else key.rpartition(":")[0]


def due_by_file(*, tenant: UUID, source: str) -> datetime | None:
    """When what has this source was due: its sale's time, and a rule's hold after it. None if no file brought the sale.

    `source` is that of a plan's periods, or of a voucher.
    """
    kind, _, rest = source.partition(":")
    with tenant_scope(tenant, read_only=True):
        if kind == "gift":
            gifts = RuleGift.objects.filter(id=UUID(rest), purchase__import_batch__isnull=False)
            return gifts.values_list("due_at", flat=True).first()
        periods = PlanPeriod.objects.filter(source=source, purchase__import_batch__isnull=False)
        return periods.values_list("bought_at", flat=True).first()
