"""What can be read about backtests."""

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from programs.backtest.errors import BacktestNotFound
from programs.backtest.infos import BacktestInfo, CustomerDifference
from programs.backtest.listing import header_line, unpacked
from programs.errors import ProgramNotFound
from programs.models import Backtest, BacktestCustomer, BacktestDifferences, Program
from smartbis.kernel.clock import now
from smartbis.kernel.pages import Page, decode_cursor, encode_cursor
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant

CUSTOMERS_A_READ = 1_000
MOST_LISTED = 20
_CUSTOMERS_HEADER = "customer_id,live,draft,difference\r\n"


def get_backtest(*, tenant: UUID, backtest: UUID) -> BacktestInfo:
    """Raises BacktestNotFound."""
    with tenant_scope(tenant, read_only=True):
        row = Backtest.objects.select_related("program").filter(id=backtest).first()
        if row is None:
            raise BacktestNotFound
        return info_of(row)


def backtests_page(*, tenant: UUID, program: UUID, cursor: str | None = None, limit: int = 50) -> Page[BacktestInfo]:
    """The backtests of a programme's drafts, the newest first. Raises ProgramNotFound."""
    with tenant_scope(tenant, read_only=True):
        if not Program.objects.filter(id=program).exists():
            raise ProgramNotFound
        rows = Backtest.objects.select_related("program").filter(program_id=program).order_by("-created_at", "-id")
        if cursor is not None:
            instant, last = decode_cursor(cursor, 2)
            rows = rows.filter(Q(created_at__lt=instant) | Q(created_at=instant, id__lt=last))
        found = list(rows[: limit + 1])
        more = found[limit - 1] if len(found) > limit else None
        return Page(
            tuple(info_of(row) for row in found[:limit]),
            encode_cursor(more.created_at.isoformat(), more.id) if more else None,
        )


def most_changed(*, tenant: UUID, backtest: UUID) -> tuple[list[CustomerDifference], list[CustomerDifference]]:
    """Who would gain most, and who would lose most."""
    with tenant_scope(tenant, read_only=True):
        rows = BacktestCustomer.objects.filter(backtest_id=backtest)
        gaining = rows.filter(difference__gt=0).order_by("-difference", "-id")[:MOST_LISTED]
        losing = rows.filter(difference__lt=0).order_by("difference", "id")[:MOST_LISTED]
        return [_difference(row) for row in gaining], [_difference(row) for row in losing]


def customers_csv(*, tenant: UUID, backtest: UUID) -> Iterator[str]:
    """Every customer with a difference as lines of CSV, who loses most first.

    A backtest that is not through lists nobody. Raises BacktestNotFound at once.
    """
    is_done = get_backtest(tenant=tenant, backtest=backtest).status == Backtest.Status.DONE
    return _lines(tenant, backtest) if is_done else iter([_CUSTOMERS_HEADER])


def differences_csv(*, tenant: UUID, backtest: UUID) -> Iterator[str]:
    """Every award that differs from the live rules replayed, with the reason, as lines of CSV in the order of parts.

    Amounts are in the programme's unit; a backtest that is not through lists nothing. Raises BacktestNotFound at once.
    """
    is_done = get_backtest(tenant=tenant, backtest=backtest).status == Backtest.Status.DONE
    return _differences(tenant, backtest) if is_done else iter([header_line()])


def _differences(tenant: UUID, backtest: UUID) -> Iterator[str]:
    yield header_line()
    last = (0, -1)
    while True:
        with tenant_scope(tenant, read_only=True):
            rows = BacktestDifferences.objects.filter(backtest_id=backtest).order_by("part", "number")
            row = rows.filter(Q(part__gt=last[0]) | Q(part=last[0], number__gt=last[1])).first()
        if row is None:
            return
        yield unpacked(bytes(row.packed))
        last = (row.part, row.number)


def _lines(tenant: UUID, backtest: UUID) -> Iterator[str]:
    yield _CUSTOMERS_HEADER
    last: tuple[int, UUID] | None = None
    while True:
        with tenant_scope(tenant, read_only=True):
            rows = BacktestCustomer.objects.filter(backtest_id=backtest).order_by("difference", "id")
            if last is not None:
                rows = rows.filter(Q(difference__gt=last[0]) | Q(difference=last[0], id__gt=last[1]))
            found = list(rows[:CUSTOMERS_A_READ])
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerows((row.customer_id, row.live, row.draft, row.difference) for row in found)
        yield text.getvalue()
        if len(found) < CUSTOMERS_A_READ:
            return
        last = (found[-1].difference, found[-1].id)


def usual_period(*, tenant: UUID) -> tuple[date, date]:
    """The last twelve months up to today, on the brand's calendar."""
    today = now().astimezone(ZoneInfo(get_tenant(tenant=tenant).timezone)).date()
    return today - timedelta(days=364), today


def _difference(row: BacktestCustomer) -> CustomerDifference:
    return CustomerDifference(row.customer_id, row.live, row.draft, row.difference)


def info_of(row: Backtest) -> BacktestInfo:
    """A backtest as doors see it."""
    return BacktestInfo(
        id=row.id,
        program_id=row.program_id,
        program=row.program.name,
        unit=row.program.unit,
        draft=row.draft,
        since=row.since,
        until=row.until,
        status=row.status,
        sales_total=row.sales_total,
        sales_done=row.sales_done,
        failure=row.failure,
        created_by=row.actor_label,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        result=row.result,
    )
