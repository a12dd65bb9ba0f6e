"""What a closed day says, and the hash that says that it has not changed. Pure Python."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from uuid import UUID
from zoneinfo import ZoneInfo

NO_HASH = "0" * 64


@dataclass(frozen=True)
class Movement:
    """What a day moved in one unit, by the brand's accounts, and by how much it changed those of its customers."""

    unit: str
    issued: int = 0
    reversed: int = 0
    spent: int = 0
    returned: int = 0
    adjusted: int = 0
    forfeited: int = 0
    written_off: int = 0
    available: int = 0
    pending: int = 0
    held: int = 0
    in_vouchers: int = 0
    owed: int = 0
    transfers: int = 0

    @property
    def change(self) -> int:
        """By how much the brand owes more after the day than before."""
        given = self.issued - self.reversed - self.spent + self.returned
        return given + self.adjusted - self.forfeited + self.written_off


@dataclass(frozen=True)
class Figures:
    """A day in one unit: what was owed to customers before and after, what moved, and where the rest lies."""

    unit: str
    opening: int
    issued: int
    reversed: int
    spent: int
    returned: int
    adjusted: int
    forfeited: int
    written_off: int
    closing: int
    available: int
    pending: int
    held: int
    in_vouchers: int
    owed: int
    transfers: int

    @classmethod
    def after(cls, before: "Figures | None", moved: Movement) -> Self:
        """The figures of a day that moved so much, after the day before."""
        opening = before.closing if before else 0
        return cls(
            unit=moved.unit,
            opening=opening,
            issued=moved.issued,
            reversed=moved.reversed,
            spent=moved.spent,
            returned=moved.returned,
            adjusted=moved.adjusted,
            forfeited=moved.forfeited,
            written_off=moved.written_off,
            closing=opening + moved.change,
            available=moved.available + (before.available if before else 0),
            pending=moved.pending + (before.pending if before else 0),
            held=moved.held + (before.held if before else 0),
            in_vouchers=moved.in_vouchers + (before.in_vouchers if before else 0),
            owed=moved.owed + (before.owed if before else 0),
            transfers=moved.transfers,
        )

    @property
    def line(self) -> str:
        """The figures as one line of the text that is hashed."""
        parts = (self.opening, self.issued, self.reversed, self.spent, self.returned, self.adjusted, self.forfeited)
        rest = (self.written_off, self.closing, self.available, self.pending, self.held, self.in_vouchers, self.owed)
        return " ".join([self.unit, *(str(each) for each in (*parts, *rest, self.transfers))])


@dataclass(frozen=True)
class Day:
    """A day of the tenant's calendar between two instants, the second excluded."""

    day: date
    since: datetime
    until: datetime


def figures_after(before: Sequence[Figures], moved: Sequence[Movement]) -> list[Figures]:
    """The day's figures by unit: one for each unit that ever moved, so that a quiet unit is carried on."""
    held = {each.unit: each for each in before}
    moves = {each.unit: each for each in moved}
    return [Figures.after(held.get(unit), moves.get(unit, Movement(unit))) for unit in sorted(held.keys() | moves)]


def day_hash(*, tenant: UUID, day: Day, figures: Sequence[Figures], digest: str, previous: str) -> str:
    """The day's hash: SHA-256, in hex, over these lines of UTF-8, each ended by a line feed.

    `smartbis ledger day 1`, the tenant's id, the previous day's hash (64 zeros for the first), the day and its two
    instants in UTC, one line for each unit by name (its figures in the order of `Figures`), and the digest of the
    day's transfers. That digest is SHA-256 over the SHA-256 of each transfer by `recorded_at` and id, of all its
    columns joined by `|` (`closing_sql.DIGEST`). So a day vouches for each of its transfers and, by the chain, for
    every day before it.
    """
    span = f"{day.day.isoformat()} {instant_text(day.since)} {instant_text(day.until)}"
    lines = ["smartbis ledger day 1", str(tenant), previous, span, *(each.line for each in figures), digest]
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def next_day(last: Day | None, first_at: datetime, zone: ZoneInfo) -> Day:
    """The day after the last closed one, or the day of the first transfer.

    It begins where the last one ended, so that no instant is left out when the brand moves to another time zone; that
    day is longer or shorter.
    """
    if last is None:
        day = first_at.astimezone(zone).date()
        return Day(day, min(_midnight(day, zone), first_at), _midnight(day + timedelta(days=1), zone))
    day = last.day + timedelta(days=1)
    while _midnight(day + timedelta(days=1), zone) <= last.until:
        day += timedelta(days=1)
    return Day(day, last.until, _midnight(day + timedelta(days=1), zone))


def last_midnight(instant: datetime, zone: ZoneInfo) -> datetime:
    """The start of the day that `instant` lies in."""
    return _midnight(instant.astimezone(zone).date(), zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def instant_text(at: datetime) -> str:
    """An instant as it is hashed: ISO 8601 in UTC, with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
