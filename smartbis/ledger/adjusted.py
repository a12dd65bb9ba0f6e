"""What customers were given, or lost, beside what they earned: brought along by an import, or moved by hand."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from smartbis.ledger.accounts import Account
from smartbis.ledger.models import Transfer
from smartbis.tenancy.scope import tenant_scope


@dataclass(frozen=True)
class AdjustedRow:
    """An opening balance or a correction by hand that stands; `amount` is signed, in its unit."""

    customer_id: UUID
    at: datetime
    amount: int


def adjusted_of(*, tenant: UUID, customers: Collection[UUID], unit: str, since: datetime) -> list[AdjustedRow]:
    """Openings and corrections of a unit since an instant, by the customer they were written for. One query.

    An opening whose import was undone is none. Who was merged is asked for by their own id.
    """
    with tenant_scope(tenant, read_only=True):
        rows = Transfer.objects.filter(holder__customer_id__in=list(customers), unit=unit, occurred_at__gte=since)
        rows = rows.filter(kind__in=("opening", "adjust")).exclude(
            Exists(Transfer.objects.filter(tenant_id=tenant, reverses_id=OuterRef("id")))
        )
        found = rows.values_list("holder__customer_id", "occurred_at", "amount", "debit")
        return [
            AdjustedRow(customer, at, amount if debit == Account.ADJUSTED.value else -amount)
            for customer, at, amount, debit in found
        ]
