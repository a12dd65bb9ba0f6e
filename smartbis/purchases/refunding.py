"""What a refund takes from a sale: pure arithmetic over its lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.money import proportion
from smartbis.purchases.errors import PurchaseCancelled, RefundExceedsPurchase
from smartbis.purchases.infos import ItemInfo, PurchaseInfo, RefundDraft, RefundItemDraft


@dataclass(frozen=True)
class Taken:
    """What a refund takes: an amount in minor units, and how many of which lines."""

    amount_minor: int
    lines: tuple[tuple[UUID, int], ...] = ()


def take(sale: PurchaseInfo, draft: RefundDraft) -> Taken:
    """What the refund takes from the sale as it stands.

    Articles are worth their share of what the sale was: a shop's discount on the whole sale is spread over its lines by
    price, and half-up rounding of the cumulative share makes the last article close the sale exactly.
    Raises PurchaseCancelled, RefundExceedsPurchase, InvalidInput for an article that was not sold.
    """
    if sale.status == "cancelled":
        raise PurchaseCancelled
    left = sale.amount_minor - sale.refunded_minor
    if draft.amount_minor is not None:
        if draft.amount_minor > left:
            raise RefundExceedsPurchase(left_minor=left)
        return Taken(draft.amount_minor)
    lines = _lines(sale.items, draft.items)
    amount = _worth(sale, lines)
    if amount > left:
        raise RefundExceedsPurchase(left_minor=left)
    if amount == 0:
        raise InvalidInput({"items": ["These articles are worth nothing in this sale: there is nothing to give back."]})
    return Taken(amount, tuple(lines.items()))


def _lines(items: Sequence[ItemInfo], wanted: Sequence[RefundItemDraft]) -> dict[UUID, int]:
    """How many of each line: an article's lines are used up in their order."""
    left = {item.id: item.quantity - item.refunded_quantity for item in items}
    taken: dict[UUID, int] = {}
    for index, want in enumerate(wanted):
        matching = [item for item in items if _matches(item, want)]
        if not matching:
            raise InvalidInput({f"items.{index}": ["This article is not part of the sale."]})
        missing = want.quantity
        for item in matching:
            part = min(missing, left[item.id])
            if part:
                left[item.id] -= part
                taken[item.id] = taken.get(item.id, 0) + part
                missing -= part
        if missing:
            raise RefundExceedsPurchase(left_quantity=want.quantity - missing, sku=want.sku)
    return taken


def _matches(item: ItemInfo, want: RefundItemDraft) -> bool:
    if want.position is not None:
        return item.position == want.position
    return item.sku == want.sku


def _worth(sale: PurchaseInfo, lines: dict[UUID, int]) -> int:
    listed = sum(item.quantity * item.unit_minor for item in sale.items)
    before = sum(item.refunded_quantity * item.unit_minor for item in sale.items)
    now = sum(lines.get(item.id, 0) * item.unit_minor for item in sale.items)
    if listed == 0:
        return 0
    return proportion(sale.amount_minor, before + now, listed) - proportion(sale.amount_minor, before, listed)
