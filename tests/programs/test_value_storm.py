"""Processes that sell, refund, merge, spend and hand out at once over two brands, and are killed while they do.

`VALUE_STORM_SECONDS` is for how long (10), `VALUE_STORM_SEED` what they draw by (1): the draws are the same each time,
who meets whom is not.
"""

import json
import os
import pickle
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from programs.workers import gather_merged
from smartbis.kernel.clock import frozen
from smartbis.outbox.work import drain_queue
from tests.programs.holding import faults_of, value_of
from tests.programs.operations import Shop, later, open_shop
from tests.programs.storming import attempt, unpacked

SECONDS = float(os.environ.get("VALUE_STORM_SECONDS", "10"))
SEED = int(os.environ.get("VALUE_STORM_SEED", "1"))
PROCESSES = 3
ROOT = Path(__file__).parents[2]
START_SECONDS = 60


class Storm:
    """The processes, replaced as they are killed, and the journal in which they write."""

    def __init__(self, shops: list[Shop], journal: Path) -> None:
        self._shops = pickle.dumps(shops)
        self._journal = journal
        self._luck = random.Random(SEED)
        self._seeds = SEED * 1_000
        self._running: list[subprocess.Popen[bytes]] = []
        self.kills: Counter[str] = Counter()

    def rage(self, seconds: float) -> None:
        """Let them work from the moment on at which all of them have begun, and kill now and then."""
        self._running = [self._start(seconds + START_SECONDS) for _ in range(PROCESSES)]
        self._wait_until_begun()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(self._luck.uniform(0.3, 1.2))
            if self._luck.random() < 0.25:
                self._kill(self._luck.randrange(PROCESSES), seconds + START_SECONDS)
            else:
                self._cut_a_connection()

    def end(self) -> None:
        """Kill those that are left: nobody is let finish."""
        for process in self._running:
            process.kill()
            process.wait()

    def _start(self, seconds: float) -> subprocess.Popen[bytes]:
        self._seeds += 1
        name = connection.settings_dict["NAME"]
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.programs.storming",
                str(name),
                str(self._journal),
                str(self._seeds),
                str(seconds),
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,
        )
        assert process.stdin
        process.stdin.write(self._shops)
        process.stdin.close()
        return process

    def _wait_until_begun(self) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            begun = {line["begun"].split("-")[0] for line in lines_of(self._journal) if "begun" in line}
            if len(begun) == PROCESSES:
                return
            assert all(process.poll() is None for process in self._running), "a process fell over"
            time.sleep(0.1)
        raise AssertionError("the storm did not begin")

    def _kill(self, place: int, seconds: float) -> None:
        assert self._running[place].poll() is None, "a process fell over by itself"
        self._running[place].send_signal(signal.SIGKILL)
        self._running[place].wait()
        self.kills["processes"] += 1
        self._running[place] = self._start(seconds)

    def _cut_a_connection(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND usename = current_user AND pid <> pg_backend_pid() ORDER BY xact_start NULLS LAST LIMIT 1"
            )
            self.kills["connections"] += len(cursor.fetchall())


def lines_of(journal: Path) -> list[dict[str, Any]]:
    """What was written; a line cut short by a kill is none."""
    if not journal.exists():
        return []
    return [json.loads(line) for line in journal.read_text().splitlines() if line.endswith("}")]


@pytest.mark.django_db(transaction=True)
def test_nothing_acknowledged_is_lost_or_doubled_though_processes_die(tmp_path: Path) -> None:
    with frozen(later(0)):
        shops = [open_shop("aurora", people=4), open_shop("boreal", people=4)]
    storm = Storm(shops, journal := tmp_path / "journal")
    try:
        storm.rage(SECONDS)
    finally:
        storm.end()
    begun = {line["begun"]: line for line in lines_of(journal) if "begun" in line}
    ended = {line["ended"]: line["answer"] for line in lines_of(journal) if "ended" in line}
    answers = Counter(ended.values())
    print(f"VALUE_STORM_SEED={SEED}: {len(begun)} begun, {dict(storm.kills)} killed, answers {dict(answers)}")
    with frozen(later(0)):
        _holds(shops)
        for label in begun.keys() - ended.keys():  # whoever was not answered asks again
            answer, _ = attempt(unpacked(begun[label]["work"]))
            ended[label] = answer
        _holds(shops)
        before = [value_of(shop.brand) for shop in shops]
        for label in sorted(label for label, answer in ended.items() if answer == "done" and begun[label]["repeats"]):
            answer, _ = attempt(unpacked(begun[label]["work"]))
            assert answer == "done", f"{begun[label]['name']} was done, and then refused: {answer}"
        assert [value_of(shop.brand) for shop in shops] == before, "something done was not there, and was done again"
        drain_queue("relay", seconds=60)
        _holds(shops)
    assert answers["done"] > 5, answers
    assert storm.kills.total() >= 2, storm.kills


def _holds(shops: list[Shop]) -> None:
    for shop in shops:
        gather_merged(tenant=shop.brand.id)
        faults = faults_of(shop.brand)
        assert not faults, faults
