"""Asking for a backtest, and stopping one."""

from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from programs.backtest.errors import BacktestEnded, BacktestNotFound, TooManyBacktests
from programs.backtest.infos import BacktestInfo
from programs.backtest.runner import OPEN
from programs.backtest.selectors import info_of
from programs.errors import ProgramNotFound
from programs.models import Backtest, Program
from programs.rules import write_rules
from programs.services.checking import checked_rules
from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.people import Actor
from smartbis.outbox.work import request_work
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant
from smartbis.tenancy.services import record_audit

MOST_WAITING = 5
MOST_DAYS = 3_700


def start_backtest(*, tenant: UUID, program: UUID, spec: Any, since: date, until: date, actor: Actor) -> BacktestInfo:
    """Queue a draft to be replayed over the sales of a period (both days included); the queue `bulk` works on it.

    The draft is checked as a version would be, but for budgets already given away. Raises PermissionMissing,
    ProgramNotFound, InvalidRule, InvalidInput (period), TooManyBacktests.
    """
    require(actor, "program.change")
    instant = now()
    with tenant_scope(tenant):
        row = Program.objects.filter(id=program).first()
        if row is None:
            raise ProgramNotFound
        _check_period(since, until, instant.astimezone(ZoneInfo(get_tenant(tenant=tenant).timezone)).date())
        rules = checked_rules(tenant=tenant, kind=row.kind, spec=spec)
        if Backtest.objects.filter(status__in=OPEN).count() >= MOST_WAITING:
            raise TooManyBacktests(limit=MOST_WAITING)
        made = Backtest.objects.create(
            tenant_id=tenant,
            program=row,
            draft=write_rules(rules),
            since=since,
            until=until,
            actor_label=actor.label[:80],
            created_at=instant,
        )
        record_audit(tenant=tenant, actor=actor, action="backtest.start", object_kind="backtest", object_id=made.id)
        request_work(queue="bulk")
        return info_of(made)


def stop_backtest(*, tenant: UUID, backtest: UUID, actor: Actor) -> BacktestInfo:
    """Stop a backtest that waits or runs; one that was stopped before stays so.

    Raises PermissionMissing, BacktestNotFound, BacktestEnded.
    """
    require(actor, "program.change")
    with tenant_scope(tenant):
        row = Backtest.objects.select_for_update(of=("self",)).select_related("program").filter(id=backtest).first()
        if row is None:
            raise BacktestNotFound
        if row.status in OPEN:
            row.status, row.finished_at = Backtest.Status.STOPPED, now()
            row.lease = row.lease_until = None
            row.partial = {}
            row.save(update_fields=["status", "finished_at", "lease", "lease_until", "partial"])
            record_audit(tenant=tenant, actor=actor, action="backtest.stop", object_kind="backtest", object_id=backtest)
        elif row.status != Backtest.Status.STOPPED:
            raise BacktestEnded
        return info_of(row)


def _check_period(since: date, until: date, today: date) -> None:
    if until < since:
        raise InvalidInput({"until": ["The last day lies before the first."]})
    if since > today:
        raise InvalidInput({"since": ["Choose days that have passed: there are no sales after today."]})
    if (until - since).days > MOST_DAYS:
        raise InvalidInput({"since": ["Choose a period of up to ten years."]})
