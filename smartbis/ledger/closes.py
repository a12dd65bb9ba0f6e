"""Closed days: the list, and the proof that none of them has changed."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection

from smartbis.kernel.pages import InvalidCursor, Page, decode_cursor, encode_cursor
from smartbis.ledger.closing import FIGURE_FIELDS, is_gone, next_open_day, recount
from smartbis.ledger.figures import NO_HASH, Day, Figures, day_hash, figures_after
from smartbis.ledger.models import Cutoff, DayClose, DayFigures, Transfer
from smartbis.ledger.patience import be_patient, told_if_too_large
from smartbis.tenancy.scope import tenant_scope

RECOUNTED_DAYS = 31


@dataclass(frozen=True)
class CloseInfo:
    """A closed day of the tenant's calendar, `since` included and `until` excluded, with its figures by unit."""

    day: date
    since: datetime
    until: datetime
    transfers: int
    transfers_digest: str
    previous_hash: str
    hash: str
    closed_at: datetime
    figures: tuple[Figures, ...]


@dataclass(frozen=True)
class CloseCheck:
    """Whether the closed days still say what the transfers say. `problem` is a code: what differs on `first_bad`.

    `figures`, `transfers`, `chain`, `gap` (the day does not begin where the one before ended), `late` (a transfer
    from before the first closed day) or `missing` (the newest days, from `first_bad` on, were closed and are gone).
    """

    days: int
    recounted: int
    first_bad: date | None = None
    problem: str = ""

    @property
    def ok(self) -> bool:
        """No day differs."""
        return self.first_bad is None


def closes(*, tenant: UUID, cursor: str | None = None, limit: int = 50) -> Page[CloseInfo]:
    """Closed days, the newest first. Two queries, however many. Raises InvalidCursor."""
    with tenant_scope(tenant, read_only=True):
        rows = DayClose.objects.order_by("-day")
        if cursor is not None:
            rows = rows.filter(day__lt=_day(cursor))
        found = list(rows[: limit + 1])
        page = _with_figures(found[:limit])
    return Page(tuple(page), encode_cursor(found[limit - 1].day.isoformat()) if len(found) > limit else None)


def last_close(*, tenant: UUID) -> CloseInfo | None:
    """The newest closed day."""
    page = closes(tenant=tenant, limit=1)
    return page.items[0] if page.items else None


def verify_closes(*, tenant: UUID, recount_since: date | None = None, patience: timedelta | None = None) -> CloseCheck:
    """Recompute every closed day and the chain of hashes; name the first day that differs.

    The transfers of days from `recount_since` (all if None) are added up and digested anew; of older days the chain is
    checked, which shows any change of a close, but not of a transfer. A million transfers take about six seconds. Each
    statement may take as long as `patience`, by default as long as a page waits. Raises LedgerTooLarge.
    """
    with told_if_too_large(), tenant_scope(tenant, read_only=True):
        if patience is not None:
            with connection.cursor() as cursor:
                be_patient(cursor, patience)
        return _verified(tenant, recount_since)


def verify_newest_closes(*, tenant: UUID) -> CloseCheck:
    """`verify_closes` as far as somebody waits for it: the last 31 days recounted, the chain of all.

    Raises LedgerTooLarge.
    """
    last = last_close(tenant=tenant)
    since = last.day - timedelta(days=RECOUNTED_DAYS - 1) if last else None
    return verify_closes(tenant=tenant, recount_since=since)


def _verified(tenant: UUID, recount_since: date | None) -> CloseCheck:
    # Before the days are read: one that is closed meanwhile is no offence.
    cutoff = Cutoff.objects.first()
    found = _with_figures(list(DayClose.objects.order_by("day")))
    recounted, previous = 0, None
    for close in found:
        is_recounted = recount_since is None or close.day >= recount_since
        problem = _fault(tenant, close, previous, is_recounted=is_recounted)
        if problem:
            return CloseCheck(len(found), recounted, close.day, problem)
        recounted += is_recounted
        previous = close
    if found and Transfer.objects.filter(recorded_at__lt=found[0].since).exists():
        return CloseCheck(len(found), recounted, found[0].day, "late")
    if cutoff is not None and is_gone(cutoff.last_hash):
        lost = next_open_day(tenant=tenant)
        return CloseCheck(len(found), recounted, lost.day if lost else cutoff.at.date(), "missing")
    return CloseCheck(len(found), recounted)


def _fault(tenant: UUID, close: CloseInfo, previous: CloseInfo | None, *, is_recounted: bool) -> str:
    day = Day(close.day, close.since, close.until)
    before = previous.hash if previous else NO_HASH
    if previous is not None and previous.until != close.since:
        return "gap"
    if close.transfers != sum(each.transfers for each in close.figures):
        return "figures"
    if is_recounted:
        moved, digest = recount(tenant=tenant, day=day)
        if tuple(figures_after(previous.figures if previous else (), moved)) != close.figures:
            return "figures"
        if digest != close.transfers_digest:
            return "transfers"
    elif previous is not None and any(
        each.opening != next((old.closing for old in previous.figures if old.unit == each.unit), 0)
        for each in close.figures
    ):
        return "figures"
    expected = day_hash(
        tenant=tenant, day=day, figures=close.figures, digest=close.transfers_digest, previous=close.previous_hash
    )
    return "" if (close.previous_hash, close.hash) == (before, expected) else "chain"


def _with_figures(rows: list[DayClose]) -> list[CloseInfo]:
    figures: dict[UUID, list[Figures]] = defaultdict(list)
    values = DayFigures.objects.filter(close__in=rows).order_by("unit").values_list("close_id", *FIGURE_FIELDS)
    for close, *each in values:
        figures[close].append(Figures(*each))
    return [
        CloseInfo(
            day=row.day,
            since=row.since,
            until=row.until,
            transfers=row.transfers,
            transfers_digest=row.transfers_digest,
            previous_hash=row.previous_hash,
            hash=row.hash,
            closed_at=row.closed_at,
            figures=tuple(figures[row.id]),
        )
        for row in rows
    ]


def _day(cursor: str) -> date:
    (text,) = decode_cursor(cursor, 1)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidCursor({"cursor": [InvalidCursor.sentence]}) from error
