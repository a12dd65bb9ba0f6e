"""What is kept and is not what the transfers say, one by one: what a check names and support needs to look at."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from smartbis.ledger.models import Holder
from smartbis.ledger.sql import BROKEN_CHAIN, OVER_REVERSED, SUMS

# What is compared, in the order of the statements; a balance counts its transfers too, and knows the last one's number.
PARTS = ("available", "pending", "owed", "held", "number", "last_number")
MOST_OF_A_KIND = 1_000


@dataclass(frozen=True)
class Difference:
    """One figure that is kept and is not what its transfers say; in minor units or points, but for numbers.

    `kind` is `balance` (a part of a customer's balance), `transfer` (a balance after one, which does not follow from
    the one before), `award` (`part` is what is left of it), `hold` or `voucher` (what was paid for it and lies in it).
    `id` names the transfer, award or voucher.
    """

    kind: str
    customer_id: UUID | None
    unit: str
    part: str
    kept: int
    counted: int
    id: UUID | None = None

    def __str__(self) -> str:
        what = f"{self.kind} {self.id}" if self.id else self.kind
        whose = f" of customer {self.customer_id}" if self.customer_id else ""
        return f"{what}{whose} in {self.unit}: {self.part} is {self.kept}, counted {self.counted}"


def found_differences(cursor: Any, tenant: UUID) -> Iterator[Difference]:
    """Every balance that is not the sum of its transfers, and at most a thousand of each other kind.

    Reads every transfer. In the tenant's scope.
    """
    named = {"tenant": tenant, "most": MOST_OF_A_KIND}
    for kind, statement in (("balance", SUMS), ("transfer", BROKEN_CHAIN)):
        cursor.execute(statement, named)
        rows = cursor.fetchall()
        customers = dict(Holder.objects.filter(id__in={row[0] for row in rows}).values_list("id", "customer_id"))
        for holder, unit, transfer, *values in rows:
            for part, kept, counted in zip(PARTS, values[0::2], values[1::2], strict=False):
                if kept != counted:
                    yield Difference(kind, customers.get(holder), unit, part, kept, counted, transfer)
    cursor.execute(OVER_REVERSED, named)
    for award, unit, left in cursor.fetchall():
        yield Difference("award", None, unit, "left", 0, left, award)
