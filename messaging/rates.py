"""Rate cards: what a message costs by country, category and day. Pure.

Amounts are whole micros, millionths of the currency's unit, since a message costs fractions of a cent.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path

from messaging.errors import RatesInvalid
from smartbis.kernel.units import is_currency

MICROS = 1_000_000
CATEGORIES = ("marketing", "utility", "authentication", "authentication_international", "service")
COLUMNS = ("effective_from", "country", "category", "currency", "price", "source")
MAX_ROWS = 5_000
MAX_MICROS = 100 * MICROS
_SHOWN_FAULTS = 10
_SOURCE_LIMIT = 200
_SHIPPED = Path(__file__).parent / "rate_cards" / "brazil.csv"


@dataclass(frozen=True)
class Rate:
    """The price of one message from a day on. An empty `country` stands for all without a rate of their own."""

    effective_on: date
    country: str
    category: str
    currency: str
    micros: int
    source: str


class RateCard:
    """The brand's own rates before those that are shipped, each from its day on."""

    def __init__(self, own: Iterable[Rate], shipped: Iterable[Rate] = ()) -> None:
        self._books = tuple(_by_kind(rates) for rates in (own, shipped))

    def price(self, country: str, category: str, on: date) -> Rate | None:
        """What one message costs on a day; None where no rate is known."""
        for book in self._books:
            for place in dict.fromkeys((country, "")):
                in_force = [rate for rate in book.get((place, category), ()) if rate.effective_on <= on]
                if in_force:
                    return in_force[-1]
        return None

    def in_force(self, on: date) -> tuple[Rate, ...]:
        """The rates that hold on a day, by country and category."""
        kinds = sorted({kind for book in self._books for kind in book})
        found = (self.price(country, category, on) for country, category in kinds)
        return tuple(rate for rate in found if rate is not None)


def _by_kind(rates: Iterable[Rate]) -> dict[tuple[str, str], list[Rate]]:
    book: dict[tuple[str, str], list[Rate]] = {}
    for rate in sorted(rates, key=lambda each: each.effective_on):
        book.setdefault((rate.country, rate.category), []).append(rate)
    return book


def added(amounts: Sequence[tuple[str, int]]) -> dict[str, int]:
    """Micros by currency, summed; currencies are never mixed."""
    total: dict[str, int] = {}
    for currency, micros in amounts:
        total[currency] = total.get(currency, 0) + micros
    return dict(sorted(total.items()))


@cache
def shipped_rates() -> tuple[Rate, ...]:
    """The table that comes with the product, for Brazil, from the secondary sources that each row names."""
    return tuple(parse_rates(_SHIPPED.read_text(encoding="utf-8")))


def parse_rates(text: str) -> list[Rate]:
    """The rates of a CSV file with the columns `effective_from, country, category, currency, price, source`.

    Comma or semicolon between columns; a price is in units, `0.0625` or `0,0625`; an empty country stands for all
    others. Raises RatesInvalid, naming the lines.
    """
    sample = text.lstrip("\ufeff")
    delimiter = ";" if sample.partition("\n")[0].count(";") >= len(COLUMNS) - 2 else ","
    reader = csv.DictReader(io.StringIO(sample), delimiter=delimiter)
    missing = [name for name in COLUMNS[:-1] if name not in (reader.fieldnames or ())]
    if missing:
        raise RatesInvalid(*(("column_missing", name) for name in missing))
    rates: list[Rate] = []
    faults: list[tuple[str, str]] = []
    for number, row in enumerate(reader, start=2):
        try:
            rates.append(_rate(row))
        except ValueError as error:
            faults.append(("line", f"{number}, {error}"))
        if len(rates) > MAX_ROWS or len(faults) >= _SHOWN_FAULTS:
            break
    if len(rates) > MAX_ROWS:
        faults.append(("too_many", str(MAX_ROWS)))
    kinds = {(rate.country, rate.category, rate.effective_on) for rate in rates}
    if not faults and len(kinds) < len(rates):
        faults.append(("twice", ""))
    if not faults and not rates:
        faults.append(("empty", ""))
    if faults:
        raise RatesInvalid(*faults)
    return rates


def _rate(row: dict[str, str | None]) -> Rate:
    given = {name: (row.get(name) or "").strip() for name in COLUMNS}
    country, category, currency = given["country"].upper(), given["category"].lower(), given["currency"].upper()
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise ValueError("country")
    if category not in CATEGORIES:
        raise ValueError("category")
    if not is_currency(currency):
        raise ValueError("currency")
    try:
        effective_on = date.fromisoformat(given["effective_from"])
    except ValueError:
        raise ValueError("effective_from") from None
    return Rate(effective_on, country, category, currency, _micros(given["price"]), given["source"][:_SOURCE_LIMIT])


def _micros(text: str) -> int:
    try:
        micros = Decimal(text.replace(",", ".")) * MICROS
    except InvalidOperation:
        raise ValueError("price") from None
    if not micros.is_finite() or micros != micros.to_integral_value() or not 0 <= micros <= MAX_MICROS:
        raise ValueError("price")
    return int(micros)
