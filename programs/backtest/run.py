"""One part of a backtest's replay: gathered, run, and told as JSON. In this process or in a child of its own."""

import json
import os
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from programs.backtest.fidelity import Ledger
from programs.backtest.reading import Reading, events, one_snapshot, reach
from programs.backtest.replay import Plan, Replay, Version
from programs.backtest.tallies import Tally
from programs.models import Backtest, Program, RuleVersion
from programs.rules import RuleSet, Spending, read_rules
from programs.rules.needs import Needs, all_needs, needs_of
from programs.selectors.catalogue import version_rules
from programs.selectors.pauses import pauses_of
from smartbis.kernel.collecting import collect_rarely
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant

SALES_A_PART = 500_000
# Below this a child process costs more than it saves.
SALES_IN_ONE_PROCESS = 20_000
PROCESSES = 2
_SIDES = ("live", "draft")
_FACTS_BETWEEN_COLLECTIONS = 200_000
# So often somebody hears of a turn that still reads: the lease is renewed, and a stop is noticed.
_QUIET_SECONDS = 10
_FROM_WORKER = 0

_COUNT = """
SELECT count(*) FROM purchases_purchase
WHERE tenant_id = %s AND customer_id IS NOT NULL AND undone_at IS NULL AND recorded_at <= %s
  AND occurred_at >= %s AND occurred_at < %s
"""


@dataclass(frozen=True)
class Task:
    """A part of the customers, and which sides of it are replayed."""

    part: int
    parts: int
    sides: tuple[str, ...] = _SIDES


@dataclass(frozen=True)
class Outcome:
    """What a task came to."""

    task: Task
    tally: Tally


def days(zone: str, row: Backtest) -> tuple[datetime, datetime]:
    """The period's first instant, and the one after its last."""
    place = ZoneInfo(zone)
    since = datetime.combine(row.since, time(), place).astimezone(UTC)
    return since, datetime.combine(row.until + timedelta(days=1), time(), place).astimezone(UTC)


def sales_in(row: Backtest) -> int:
    """How many sales of customers lie in the period."""
    with tenant_scope(row.tenant_id, read_only=True), connection.cursor() as cursor:
        since, until = days(get_tenant(tenant=row.tenant_id).timezone, row)
        cursor.execute(_COUNT, [row.tenant_id, row.created_at, since, until])
        return int(cursor.fetchone()[0])


def rule_sets(row: Backtest) -> tuple[list[RuleSet], RuleSet]:
    """The live versions in their order, and the draft."""
    with tenant_scope(row.tenant_id, read_only=True):
        versions = RuleVersion.objects.filter(program_id=row.program_id).order_by("effective_at", "version")
        return [version_rules(each) for each in versions], read_rules(row.draft)


def is_shared(sets: list[RuleSet]) -> bool:
    """Whether some limit holds for all customers together, so that sales must be taken in one order."""
    return any(
        rule.limits.per_rule or rule.limits.budget_minor is not None
        for each in sets
        for rule in each.rules
        if not rule.when.participations
    )


def run_task(row: Backtest, task: Task, beat: Callable[[int], None]) -> Tally:
    """Replay a part in this process."""
    with one_snapshot(row.tenant_id):
        brand = get_tenant(tenant=row.tenant_id)
        program = Program.objects.get(id=row.program_id)
        versions = list(RuleVersion.objects.filter(program_id=row.program_id).order_by("effective_at", "version"))
        rules, draft = [version_rules(each) for each in versions], read_rules(row.draft)
        own = [*(rules if "live" in task.sides else ()), *((draft,) if "draft" in task.sides else ())]
        needs = _needs(own, draft.spending if "draft" in task.sides else Spending())
        since, until = days(brand.timezone, row)
        first, last = reach(needs, since=since, until=until, counts_for_ever=_counts_for_ever(own))
        shared = is_shared([*rules, draft])
        reading = Reading(
            tenant=row.tenant_id,
            program=row.program_id,
            zone=brand.timezone,
            since=since,
            until=until,
            first=first,
            last=last,
            cutoff=row.created_at,
            needs=needs,
            by_customer=not shared,
            compares="live" in task.sides,
            part=task.part,
            parts=task.parts,
        )
        plan = Plan(
            currency=brand.currency,
            versions=tuple(
                Version(each.version, _micro(each.effective_at), its) for each, its in zip(versions, rules, strict=True)
            ),
            draft=draft,
            ledger=Ledger(_micro(program.created_at), _micro(versions[0].effective_at), _pauses(row)),
            is_shared=shared,
            sides=frozenset(task.sides),
        )
        return Replay(plan).run(events(reading), beat=beat)


def _needs(sets: list[RuleSet], spending: Spending) -> Needs:
    """What the sides to be replayed ask of a sale; spending rules of articles ask for its lines too."""
    by_category = bool(spending.excluded_categories)
    by_article = by_category or bool(spending.excluded_products)
    return all_needs([*(needs_of(each) for each in sets), Needs(lines=by_article, catalogue=by_category)])


def _counts_for_ever(sets: list[RuleSet]) -> bool:
    return any(
        rule.limits.budget_minor is not None
        or any("life" in each for each in (rule.limits.per_customer, rule.limits.per_rule))
        or "life" in rule.limits.times_per_customer
        for each in sets
        for rule in each.rules
    )


def _pauses(row: Backtest) -> tuple[tuple[int, int], ...]:
    pauses = pauses_of(tenant=row.tenant_id, program=row.program_id)
    return tuple((_micro(since), _micro(until) if until else 2**62) for since, until in pauses)


def _micro(instant: datetime) -> int:
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def tasks_of(row: Backtest, *, shared: bool) -> list[Task]:
    """The next tasks of a turn: as many as there are processes for."""
    if shared:
        if row.sales_total <= SALES_IN_ONE_PROCESS:
            return [Task(0, 1)]
        return [Task(0, 1, (side,)) for side in _SIDES]
    return [Task(part, row.parts) for part in range(row.position, min(row.parts, row.position + PROCESSES))]


def parts_of(sales: int, *, shared: bool) -> int:
    """Into how many parts the customers are divided."""
    if shared or sales <= SALES_IN_ONE_PROCESS:
        return 1
    return max(PROCESSES, -(-sales // SALES_A_PART))


def run_tasks(row: Backtest, tasks: list[Task], beat: Callable[[int], None]) -> list[Outcome]:
    """Run a turn's tasks, each in a child of its own when there are many sales; `beat` hears of sales done by all.

    What `beat` raises ends the children. Raises RuntimeError when a child failed.
    """
    if row.sales_total <= SALES_IN_ONE_PROCESS:
        return [Outcome(task, run_task(row, task, lambda _done: None)) for task in tasks]
    said: Queue[tuple[int, str | None]] = Queue()
    children = [_started(row, task, said, place) for place, task in enumerate(tasks)]
    done, found = [0] * len(tasks), {}
    try:
        alive = len(children)
        while alive:
            place, line = _heard(said)
            if line is None:
                alive -= 1
            elif line.startswith("done"):
                done[place] = int(line[5:] or done[place])
                beat(sum(done) if len(tasks[0].sides) > 1 else min(done))
            else:
                found[place] = json.loads(line)
    finally:
        for child in children:
            child.kill()
            child.wait()
    if len(found) < len(tasks):
        raise RuntimeError("a part of the backtest ended without an answer")
    return [Outcome(task, told(found[place])) for place, task in enumerate(tasks)]


def _heard(said: "Queue[tuple[int, str | None]]") -> tuple[int, str | None]:
    """The next thing a child said, or after a while that it is where it was."""
    try:
        return said.get(timeout=_QUIET_SECONDS)
    except Empty:
        return 0, "done"


def _started(row: Backtest, task: Task, said: "Queue[tuple[int, str | None]]", place: int) -> "subprocess.Popen[str]":
    order = {"tenant": str(row.tenant_id), "backtest": str(row.id), **vars(task)}
    child = subprocess.Popen(  # noqa: S603 (our own interpreter and command; ids only)
        [sys.executable, str(Path(__file__).resolve().parents[2] / "manage.py"), "replay_backtest", json.dumps(order)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    Thread(target=_listen, args=(child, said, place), daemon=True).start()
    return child


def _listen(child: "subprocess.Popen[str]", said: "Queue[tuple[int, str | None]]", place: int) -> None:
    assert child.stdout is not None
    for line in child.stdout:
        if line.startswith(("done ", "{")):
            said.put((place, line.strip()))
    said.put((place, None))


def serve(order: dict[str, Any], tell: Callable[[str], None]) -> None:
    """What a child does: replay its part, say how far it is, and in the end what it came to."""
    Thread(target=_end_with_worker, daemon=True).start()
    # Millions of small facts come and go without ever pointing back at one another.
    collect_rarely(_FACTS_BETWEEN_COLLECTIONS)
    tenant = UUID(order["tenant"])
    with tenant_scope(tenant, read_only=True):
        row = Backtest.objects.get(id=order["backtest"])
    task = Task(order["part"], order["parts"], tuple(order["sides"]))
    tally = run_task(row, task, lambda done: tell(f"done {done}"))
    tell(json.dumps(wire(tally)))


def _end_with_worker() -> None:
    """End this process when the worker's end of the pipe closes, however the worker came to its end."""
    while os.read(_FROM_WORKER, 1):
        pass
    os._exit(1)


def wire(tally: Tally) -> dict[str, Any]:
    """A tally with its customers and all its differences, as JSON."""
    people = [[customer.hex(), live, draft] for customer, live, draft in tally.customers]
    listed = [b64encode(pack).decode() for pack in tally.fidelity.listed.packs()]
    return {"tally": tally.written(), "people": people, "listed": listed}


def told(answer: dict[str, Any]) -> Tally:
    """What a child wrote."""
    tally = Tally.read(answer["tally"])
    tally.customers = [(bytes.fromhex(customer), live, draft) for customer, live, draft in answer["people"]]
    tally.fidelity.listed.take_in([b64decode(pack) for pack in answer["listed"]])
    return tally


def joined(outcomes: list[Outcome]) -> Tally:
    """The tally of a turn. Two halves of one part, a side each, meet customer by customer."""
    if len(outcomes[0].task.sides) > 1:
        whole = Tally()
        for each in outcomes:
            whole.add(each.tally)
            whole.customers += each.tally.customers
            whole.fidelity.listed.take_in(each.tally.fidelity.listed.packs())
        return whole
    live, draft = (each.tally for each in outcomes)
    nets = {customer: [net, 0] for customer, net, _ in live.customers}
    for customer, _, net in draft.customers:
        nets.setdefault(customer, [0, 0])[1] = net
    seen = live.customers_seen
    for half in (live, draft):
        half.customers_seen = half.gaining = half.losing = 0
        half.steps = [0] * len(half.steps)
    live.add(draft)
    live.customers = []
    for customer, (one, other) in nets.items():
        live.note_customer(customer, one, other)
    unmoved = seen - live.customers_seen
    live.customers_seen = seen
    live.steps[5] += unmoved
    return live
