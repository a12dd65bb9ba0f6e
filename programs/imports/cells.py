"""A row's cells read by the names of fields."""

from collections.abc import Callable, Sequence

from programs.imports.errors import RowError
from programs.imports.mapping import ReadyMapping
from programs.imports.values import clean
from smartbis.kernel.units import minor_digits

Reader = Callable[[Sequence[str]], str]
LIMITS = {
    "external_id": 100,
    "refund_of": 100,
    "item_sku": 100,
    "sku": 100,
    "code": 60,
    "channel": 20,
    "payment_method": 20,
}
# Names longer than what is kept are cut rather than refused: a long description is no reason to lose a sale.
CUT = {"item_name": 200, "item_category": 100, "name": 120, "customer_name": 120, "category": 100}


def reader(mapping: ReadyMapping, field: str) -> Reader:
    """A function that answers a row's cell of `field`, cleaned; empty where there is no such column."""
    place = mapping.places.get(field)
    if place is None:
        return _nothing
    cut, limit = CUT.get(field), LIMITS.get(field)

    def read(cells: Sequence[str]) -> str:
        text = clean(cells[place])
        if cut is not None:
            return text[:cut]
        if limit is not None and len(text) > limit:
            raise RowError("text_too_long", text[:60])
        return text

    return read


def currency_of(mapping: ReadyMapping, default: str) -> tuple[str, int]:
    """The file's currency, and how many decimals it has."""
    currency = mapping.setting("currency").upper() or default
    return currency, minor_digits(currency)


def _nothing(cells: Sequence[str]) -> str:
    return ""
