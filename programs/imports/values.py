"""Cells turned into values: money, quantities, instants, yes and no. Pure; a cell that makes no sense is a RowError."""

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from programs.imports.errors import RowError
from smartbis.kernel.money import half_up

_PLAIN = re.compile(r"-?\d{1,15}(?:\.\d{1,2})?", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d[\d.,\s' ]*", re.ASCII)
_SYMBOLS = re.compile(r"^(-?)\s*(?:R\$|US\$|[$£€]|[A-Z]{3})\s*(-?)")
_BRAZILIAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)
_MOST_DIGITS = 15
YES = frozenset({"1", "true", "yes", "y", "sim", "s", "x", "t", "verdadeiro"})
NO = frozenset({"", "0", "false", "no", "n", "nao", "não", "f", "falso"})


def clean(text: str) -> str:
    """One line of printable text: blanks of any kind become one, control characters go."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return "".join(char for char in " ".join(text.split()) if char.isprintable())


@lru_cache(maxsize=65_536)
def money(text: str, digits: int, decimal: str = "") -> int:
    """An amount as whole minor units (of `digits` decimals): `129.90`, `129,90`, `R$ 1.234,56`, `-20`.

    `decimal` says which mark is the decimal one; without it the last mark is, unless three digits follow a single one
    (`1.234` may be either): that is refused rather than guessed. Raises RowError `amount_invalid`, `amount_unclear`.
    """
    if digits == 2 and decimal != "," and _PLAIN.fullmatch(text):
        whole, _, part = text.partition(".")
        minor = abs(int(whole)) * 100 + int(part.ljust(2, "0"))
        return -minor if text[0] == "-" else minor
    whole, part, negative = _number(text, decimal, digits)
    if len(part) > digits:
        raise RowError("amount_invalid", text)
    minor = int(whole + part.ljust(digits, "0"))
    return -minor if negative else minor


@lru_cache(maxsize=65_536)
def fine_price(text: str, digits: int, decimal: str = "") -> tuple[int, int]:
    """A price per unit as (minor units, 1), or with more decimals than money has as (numerator, denominator)."""
    whole, part, negative = _number(text, decimal, digits)
    if negative:
        raise RowError("price_invalid", text)
    if len(part) <= digits:
        return int(whole + part.ljust(digits, "0")), 1
    return int(whole + part), 10 ** (len(part) - digits)


@lru_cache(maxsize=4_096)
def quantity(text: str, decimal: str = "") -> tuple[int, int]:
    """A quantity as (numerator, denominator): `12` is (12, 1), `0.350` is (350, 1000). Raises RowError."""
    try:
        number = int(text) if text.isascii() else None
    except ValueError:
        number = None
    if number is not None and abs(number) <= 10**9:
        return number, 1
    try:
        whole, part, negative = _number(text, decimal or ("," if text.count(",") == 1 else "."), 9)
    except RowError as error:
        raise RowError("quantity_invalid", text) from error
    part = part.rstrip("0")
    value = int(whole + part)
    if len(part) > 4 or value > 10**9:
        raise RowError("quantity_invalid", text)
    return (-value if negative else value), 10 ** len(part)


def line_value(amount: tuple[int, int], price: tuple[int, int]) -> tuple[int, int]:
    """A whole quantity and the price of one in minor units, whose product is the line's worth.

    Goods by weight, and prices finer than the currency, become one piece at the line's worth, half-up.
    """
    if amount[1] == 1 and price[1] == 1:
        return amount[0], price[0]
    return 1, half_up(amount[0] * price[0], amount[1] * price[1])


def whole_number(text: str) -> int:
    """Points and the like: a whole number, perhaps grouped. Raises RowError."""
    try:
        return money(text, 0)
    except RowError as error:
        raise RowError("amount_invalid", text) from error


def _number(text: str, decimal: str, digits: int) -> tuple[str, str, bool]:
    """Digits before and after the decimal mark, and whether a minus stands before them."""
    match = _SYMBOLS.match(text)
    bare = (match[1] + match[2] + text[match.end() :] if match else text).strip()
    if not _NUMBER.fullmatch(bare):
        raise RowError("amount_invalid", text)
    bare = re.sub(r"[\s' ]", "", bare)
    negative, bare = bare[0] == "-", bare.lstrip("+-")
    mark = decimal or _decimal_mark(bare, text, digits)
    other = "," if mark == "." else "."
    whole, found, part = bare.partition(mark) if mark else (bare, "", "")
    groups = whole.split(other)
    misgrouped = len(groups) > 1 and (not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:]))
    whole = "".join(groups)
    if misgrouped or not whole.isdigit() or (found and not part.isdigit()) or len(whole) > _MOST_DIGITS:
        raise RowError("amount_invalid", text)
    if len(part) > digits and digits and not part[digits:].strip("0"):
        part = part[:digits]
    return whole, part, negative


def _decimal_mark(bare: str, text: str, digits: int) -> str:
    marks = [char for char in bare if char in ".,"]
    if not marks:
        return ""
    if len(set(marks)) == 2:
        return marks[-1]
    if len(marks) > 1:
        return "," if marks[0] == "." else "."  # only groups: the other mark would be the decimal one
    after = len(bare) - bare.index(marks[0]) - 1
    if after == 3 and digits < 3:
        if digits == 0:
            return "," if marks[0] == "." else "."
        raise RowError("amount_unclear", text)
    return marks[0]


@lru_cache(maxsize=65_536)
def instant(text: str, zone: str, pattern: str = "") -> datetime:
    """When something happened, in UTC: ISO 8601, `31/12/2025 18:30`, or by a strptime `pattern`.

    Without an offset it is local time of `zone`; a date alone is its midnight. Raises RowError `instant_invalid`.
    """
    try:
        at = datetime.strptime(text, pattern) if pattern else _instant(text)  # noqa: DTZ007  (made aware below)
        if at.tzinfo is None:
            at = at.replace(tzinfo=ZoneInfo(zone))
        return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise RowError("instant_invalid", text) from error


def _instant(text: str) -> datetime:
    if match := _BRAZILIAN.fullmatch(text):
        day, month, year, hour, minute, second = (int(part or 0) for part in match.groups())
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  (made aware by the caller)
    if text.isdigit():
        raise ValueError(text)
    return datetime.fromisoformat(text)


def day(text: str) -> date:
    """A calendar day. Raises RowError `date_invalid`."""
    try:
        return _instant(text).date()
    except ValueError as error:
        raise RowError("date_invalid", text) from error


def yes_or_no(text: str) -> bool:
    """Raises RowError `answer_invalid`."""
    word = text.strip().lower()
    if word in YES:
        return True
    if word in NO:
        return False
    raise RowError("answer_invalid", text)
