"""Which sale a returned article came from, when the file does not say: pure arithmetic over what is left."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from smartbis.purchases.selectors import ReturnableLine


@dataclass
class Stock:
    """What customers could still bring back, by customer and article; taking lowers it."""

    lines: dict[tuple[UUID, str], list[ReturnableLine]] = field(default_factory=lambda: defaultdict(list))
    left: dict[tuple[UUID, int], int] = field(default_factory=dict)

    def add(self, lines: Iterable[ReturnableLine]) -> None:
        """Count these lines in."""
        for line in lines:
            self.lines[line.customer_id, line.sku].append(line)
            self.left[line.purchase_id, line.position] = line.left

    def take(
        self, customer: UUID, sku: str, unit_minor: int, quantity: int, before: datetime
    ) -> list[tuple[ReturnableLine, int]]:
        """Up to `quantity` pieces from sales of the same customer and article before the return.

        Lines of the same price first, then the newest; of two sales in the same minute the higher number, of two lines
        the lower on the receipt.
        """
        earlier = [line for line in self.lines.get((customer, sku), ()) if line.occurred_at < before]
        earlier.sort(
            key=lambda line: (line.unit_minor == unit_minor, line.occurred_at, line.number, line.position), reverse=True
        )
        taken = []
        for line in earlier:
            place = (line.purchase_id, line.position)
            part = min(quantity, self.left[place])
            if part:
                self.left[place] -= part
                quantity -= part
                taken.append((line, part))
            if not quantity:
                break
        return taken
