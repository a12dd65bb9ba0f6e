"""Balances that are not the sum of their transfers, one by one: what support needs to look at."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from smartbis.ledger.models import Holder
from smartbis.ledger.patience import told_if_too_large
from smartbis.ledger.sql import SUMS
from smartbis.tenancy.scope import tenant_scope

PARTS = ("available", "pending", "owed", "held", "number")


@dataclass(frozen=True)
class Difference:
    """One part of a customer's balance whose cached value is not the sum of its transfers."""

    customer_id: UUID
    unit: str
    part: str
    cached: int
    summed: int


def differences(*, tenant: UUID) -> list[Difference]:
    """Every part of every balance that differs; empty when the ledger adds up. Reads every transfer.

    Raises LedgerTooLarge.
    """
    with told_if_too_large(), tenant_scope(tenant, read_only=True), connection.cursor() as cursor:
        cursor.execute(SUMS, {"tenant": tenant})
        rows = cursor.fetchall()
        found = Holder.objects.filter(id__in=[row[0] for row in rows]).values_list("id", "customer_id")
        customers: dict[UUID, UUID] = dict(found)
    return [
        Difference(customers[holder], unit, part, cached, summed)
        for holder, unit, *values in rows
        for part, cached, summed in zip(PARTS, values[0:10:2], values[1:10:2], strict=True)
        if cached != summed
    ]
