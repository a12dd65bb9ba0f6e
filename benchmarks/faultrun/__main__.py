"""`make faults`: 20,000 messages through the sandbox with everything that can go wrong, and an account of each."""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks import database as databases
from benchmarks import house, web
from benchmarks.channel import house as sandboxes
from benchmarks.faultrun import brand as brands
from benchmarks.faultrun import judge

MESSAGES = 20_000
WORKERS = 2
ROUND = 250  # messages between two rounds of faults
KILL_EVERY_SECONDS = 20.0
# What goes wrong in each round: kind, times, seconds.
EACH_ROUND = (
    # Four failures in a row, one fewer than open a breaker; what opens it comes seldom.
    ("http_500", 1, 0),
    ("html_502", 1, 0),
    ("timeout_before", 1, 3),
    ("timeout_after", 1, 3),
    ("error_code:130429", 8, 0),
    ("error_code:131049", 3, 0),
    ("error_code:131050", 2, 0),
    ("error_code:131026", 4, 0),
    ("error_code:131056", 3, 0),
    ("failed:131026", 3, 0),
    ("failed:131000", 3, 0),
    ("failed:131049", 2, 0),
    ("webhook_duplicate", 40, 0),
    ("webhook_reorder", 40, 1),
    ("webhook_delay", 10, 60),
)
# What comes seldom, by the number of the round.
SELDOM = ((5, "error_code:190", 1), (7, "error_code:132015", 1), (3, "webhook_drop", 4), (19, "http_500", 12))
# More than that many messages wait only while the number rests: nobody queues on, and time is skipped.
BEHIND = 1500
LEAST_SKIP_SECONDS, MOST_SKIP_SECONDS = 60.0, 24 * 3600.0
MOST_SKIPPED_SECONDS = 80 * 3600.0
IDLE_SECONDS = 6.0


def main() -> int:
    """Run, judge, print, write; 1 when anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faultrun", description=__doc__)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    owner_url = os.environ.get("DATABASE_URL", "")
    if not owner_url:
        print("run it as `make faults`, or with DATABASE_URL set to an owner's login", file=sys.stderr)
        return 2
    database = databases.made(owner_url)
    try:
        with tempfile.TemporaryDirectory(prefix="smartbis-faults-") as folder:
            return _run(database, Path(folder), asked.messages, random.Random(asked.seed))
    finally:
        databases.dropped(owner_url)


def _run(database: databases.Database, folder: Path, messages: int, dice: random.Random) -> int:
    state, clock = folder / "sandbox.sqlite", folder / "clock"
    started = time.monotonic()
    with sandboxes.sandbox(state) as sandbox:
        os.environ["WHATSAPP_GRAPH_URL"] = sandbox
        with web.served(database) as address:
            os.environ["BASE_URL"] = f"http://{address}"
            os.environ["DATABASE_APP_URL"] = database.app_url
            os.environ.pop("DATABASE_URL", None)
            house.set_up(database.app_url)
            brand = brands.make_brand(sandbox, messages)
            with Crew(clock, dice) as crew:
                storm = Storm(brand, crew, clock)
                storm.blow(messages)
        verdict = judge.judged(brand.tenant, state)
        verdict.faults += [f"{kind} never happened" for kind, times in storm.happened.items() if not times]
        if not crew.killed or not storm.flushes:
            verdict.faults.append(f"{crew.killed} workers killed, {storm.flushes} times flushed")
    figures = {
        "messages": messages,
        "seconds": round(time.monotonic() - started),
        "workers_killed": crew.killed,
        "broker_flushed": storm.flushes,
        "faults_that_happened": storm.happened,
        "copies_at_the_sandbox": verdict.copies,
        "arrived_twice_and_flagged": verdict.twice,
        "ends": dict(verdict.ends.most_common()),
        "wrong": len(verdict.faults),
    }
    path = judge.kept(Path(__file__).resolve().parents[1] / "results" / "faults.json", figures)
    for name, value in figures.items():
        print(f"{name}: {value}" if not isinstance(value, dict) else name)
        for end, count in value.items() if isinstance(value, dict) else ():
            print(f"  {count:7d}  {end}")
    for each in verdict.faults[:20]:
        print("WRONG", each)
    print(f"→ {path}")
    return 1 if verdict.faults else 0


class Crew:
    """Workers that are killed with -9 one after another, and replaced."""

    def __init__(self, clock: Path, dice: random.Random) -> None:
        self._clock, self._dice = clock, dice
        self._workers: list[subprocess.Popen[bytes]] = []
        self._next_kill = 0.0
        self.killed = 0

    def __enter__(self) -> "Crew":
        self._workers = [self._hired() for _ in range(WORKERS)]
        self._next_kill = time.monotonic() + KILL_EVERY_SECONDS
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.kill()
            worker.wait()

    def kill_one_in_time(self) -> None:
        """Kill a worker, whatever it is doing, when it is time to, and hire another."""
        if time.monotonic() < self._next_kill:
            return
        place = self._dice.randrange(WORKERS)
        self._workers[place].send_signal(signal.SIGKILL)
        self._workers[place].wait()
        self._workers[place] = self._hired()
        self._next_kill = time.monotonic() + KILL_EVERY_SECONDS
        self.killed += 1

    def _hired(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "benchmarks.faultrun.worker", str(self._clock)]
        return subprocess.Popen(command, cwd=Path(__file__).resolve().parents[2], env={**os.environ})


class Storm:
    """What goes wrong, and when; and time, which is skipped while nobody has anything to do."""

    def __init__(self, brand: brands.Brand, crew: Crew, clock: Path) -> None:
        self._brand, self._crew, self._clock = brand, crew, clock
        self._skipped = 0.0
        self._asked: Counter[str] = Counter()
        self.happened: dict[str, int] = {}
        self.flushes = 0

    def blow(self, messages: int) -> None:
        """Queue everything while faults come, then wait, skipping time, until every message has its end."""
        for count in brands.queue_all(self._brand, messages, self._clock):
            self._crew.kill_one_in_time()
            if count % ROUND == 0:
                self._round(count // ROUND)
                print(f"{count:6d} queued, {self._open()} open", flush=True)
                self._pass_time(until=BEHIND)
        self._pass_time(until=0)
        self._wait_until_idle()
        left: Counter[str] = Counter()
        for fault in self._brand.asked("faults")["results"]:
            left[fault["kind"]] += fault["count"]
        self.happened = {kind: times - left[kind] for kind, times in sorted(self._asked.items())}

    def _pass_time(self, *, until: int) -> None:
        """Skip time until at most so many messages are open."""
        while self._open() > until and self._skipped < MOST_SKIPPED_SECONDS:
            self._wait_until_idle()
            self._skip()
            self._mend()
            print(f"{self._open()} open {self._skipped / 3600:.1f} hours on", flush=True)

    def _round(self, number: int) -> None:
        wanted = [*EACH_ROUND, *((kind, count, 0) for every, kind, count in SELDOM if number % every == 0)]
        for kind, count, seconds in wanted:
            self._brand.control("faults", {"kind": kind, "count": count, **({"seconds": seconds} if seconds else {})})
            self._asked[kind] += count
        self.flushes += _flushed_broker()
        self._mend()

    def _mend(self) -> None:
        """What people and Meta do sooner or later: a new token, a template approved again."""
        brands.connect_again(self._brand)
        for template in (brands.NOTICE, brands.OFFER, brands.CODE):
            judged = {"name": template, "language": "pt_BR", "status": "APPROVED"}
            self._brand.control("templates", {"waba_id": self._brand.connection.waba_id, **judged})

    def _wait_until_idle(self) -> None:
        """Until nothing has moved for a while. A worker that was just hired needs that long to start."""
        last, since = self._seen(), time.monotonic()
        while time.monotonic() - since < IDLE_SECONDS:
            time.sleep(0.2)
            seen = self._seen()
            if seen != last:
                last, since = seen, time.monotonic()
                self._crew.kill_one_in_time()

    def _skip(self) -> None:
        """Go to when the next message is due, or the next unknown outcome is decided on."""
        ahead = (self._next() - self._now()).total_seconds() + 1
        seconds = min(max(ahead, LEAST_SKIP_SECONDS), MOST_SKIP_SECONDS)
        self._skipped += seconds
        self._clock.write_text(str(self._skipped))
        self._brand.control("clock", {"advance_seconds": seconds})

    def _now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._skipped)

    def _open(self) -> int:
        """How many messages have no end yet. Offers and codes of unknown outcome have: they are never sent again."""
        from messaging.models import Message
        from smartbis.tenancy.scope import tenant_scope

        with tenant_scope(self._brand.tenant, read_only=True):
            waiting: int = Message.objects.filter(status__in=judge.OPEN).count()
            undecided: int = self._undecided().count()
        return waiting + undecided

    def _undecided(self) -> Any:
        from messaging.models import Message

        unknown = Message.objects.filter(status="unknown", is_possible_duplicate=False, expires_at__gt=self._now())
        return unknown.exclude(category__in=["marketing", "authentication"]).exclude(content_sealed=None)

    def _next(self) -> datetime:
        from messaging.lifecycle import UNKNOWN_GRACE
        from messaging.models import Breaker, Message
        from smartbis.tenancy.scope import tenant_scope

        with tenant_scope(self._brand.tenant, read_only=True):
            resting = Breaker.objects.filter(template="", open_until__gt=self._now()).first()
            due = Message.objects.filter(status="queued").order_by("due_at").values_list("due_at", flat=True).first()
            leased = Message.objects.filter(status="sending").order_by("leased_until").first()
            unknown = self._undecided().order_by("unknown_at").first()
        found = [due, leased.leased_until if leased else None, unknown.unknown_at + UNKNOWN_GRACE if unknown else None]
        first = min((each for each in found if each), default=self._now())
        return max(first, resting.open_until) if resting and resting.open_until else first

    def _seen(self) -> object:
        """What changes while anybody works."""
        from messaging.models import WebhookPayload
        from messaging.selectors import message_counts
        from smartbis.tenancy.scope import tenant_scope

        with tenant_scope(self._brand.tenant, read_only=True):
            bodies = WebhookPayload.objects.filter(state="waiting").count()
        return message_counts(tenant=self._brand.tenant), bodies


def _flushed_broker() -> bool:
    """Lose all that the broker knows; whether there was one."""
    import redis

    client: Any = redis.Redis.from_url(os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0"))
    try:
        return bool(client.flushall())
    except redis.RedisError:
        return False
    finally:
        client.close()


if __name__ == "__main__":
    sys.exit(main())
