"""What a rule may look at. Facts that no rule asks for may be left at their defaults."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from smartbis.kernel.money import proportion


class Moment(NamedTuple):
    """When something happened, on the tenant's calendar and clock; `minute` is counted from midnight."""

    day: date
    minute: int = 0

    @classmethod
    def of(cls, instant: datetime, zone: ZoneInfo) -> "Moment":
        """The moment of an instant in a zone."""
        local = instant.astimezone(zone)
        return cls(local.date(), local.hour * 60 + local.minute)


class Member(NamedTuple):
    """The customer: which of their purchases this is, their birthday as (month, day), what they belong to."""

    nth: int | None = None
    birthday: tuple[int, int] | None = None
    belongs: frozenset[tuple[str, str]] = frozenset()


_UNKNOWN_MOMENT = Moment(date(1970, 1, 1))
_UNKNOWN_MEMBER = Member()


# Makes a named tuple in half the time that its own constructor takes: replays make millions.
_new = tuple.__new__


class Line(NamedTuple):
    """A line of a sale with its share of the sale's amounts, in minor units."""

    position: int
    gross_minor: int
    paid_minor: int
    sku: str = ""
    category: str = ""
    tags: frozenset[str] = frozenset()
    quantity: int = 1


class Article(NamedTuple):
    """What was sold on one line: a whole quantity at a price in minor units."""

    sku: str
    category: str = ""
    tags: frozenset[str] = frozenset()
    quantity: int = 1
    unit_minor: int = 0


class SaleFacts(NamedTuple):
    """A sale: amounts in minor units, the store by its code. The lines add up to the sale; without any it is one."""

    gross_minor: int
    paid_minor: int
    currency: str
    store: str
    moment: Moment = _UNKNOWN_MOMENT
    channel: str = "store"
    payment_method: str = ""
    member: Member = _UNKNOWN_MEMBER
    lines: tuple[Line, ...] = ()


class ParticipationFacts(NamedTuple):
    """Taking part in something that is not a sale."""

    kind: str
    moment: Moment = _UNKNOWN_MOMENT
    member: Member = _UNKNOWN_MEMBER


Facts = SaleFacts | ParticipationFacts


def lines_of(
    articles: Sequence[tuple[str, str, frozenset[str], int, int]], *, gross_minor: int, paid_minor: int
) -> tuple[Line, ...]:
    """The sale's amounts spread over its lines (each an `Article`) by price: a discount on the sale is every line's.

    Cumulative rounding, so that the lines add up exactly. Lines without any price leave the sale as one line.
    """
    listed = 0
    for _sku, _category, _tags, quantity, unit in articles:
        listed += quantity * unit
    if listed <= 0:
        return (Line(0, gross_minor, paid_minor),)
    is_exact, is_all_paid = listed == gross_minor, paid_minor == gross_minor
    lines, gross_before, paid_before, before = [], 0, 0, 0
    for position, (sku, category, tags, quantity, unit) in enumerate(articles):
        before += quantity * unit
        gross = before if is_exact else proportion(gross_minor, before, listed)
        paid = gross if is_all_paid else proportion(paid_minor, before, listed)
        line = (position, gross - gross_before, paid - paid_before, sku, category, tags, quantity)
        lines.append(_new(Line, line))
        gross_before, paid_before = gross, paid
    return tuple(lines)
