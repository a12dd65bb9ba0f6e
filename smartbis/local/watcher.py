"""Restarts a worker that is up but deaf.

After a broker restart a worker can stay alive without consuming anything, so that its process state proves
nothing. Each queue therefore gets a small job at short intervals, which writes `outbox_heartbeat` through the
worker; a queue whose last beat is old has its worker restarted by the supervisor that started this program.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any
from xmlrpc.client import Fault

import psycopg
from supervisor import childutils

from smartbis.local.supervision import GROUP, QUEUES
from smartbis.local.terminal import say

LOOK_EVERY_SECONDS = 10.0
# a turn of the bulk queue (a chunk of an import) may be long
DEAF_AFTER_SECONDS = {"relay": 60.0, "send": 60.0, "bulk": 300.0}
# a worker just started needs time to beat; restarting it again at once would keep it from ever doing so
PATIENCE_SECONDS = 120.0

SILENCE = """
    SELECT queue, extract(epoch FROM clock_timestamp() - beaten_at)::float8
    FROM outbox_heartbeat WHERE queue = ANY(%s)
"""


def deaf_queues(silence: Mapping[str, float], uptime: Mapping[str, float]) -> list[str]:
    """The queues whose worker has run long enough to beat, and has not. All figures are seconds.

    A queue that never beat is missing in `silence`; a worker that does not run is missing in `uptime`.
    """
    return [
        queue
        for queue in QUEUES
        if uptime.get(queue, 0.0) > PATIENCE_SECONDS and silence.get(queue, float("inf")) > DEAF_AFTER_SECONDS[queue]
    ]


def silence_by_queue(database_url: str) -> dict[str, float] | None:
    """Seconds since each queue's last heartbeat; None while the database does not answer."""
    try:
        with psycopg.connect(database_url, connect_timeout=5, autocommit=True) as connection:
            return dict(connection.execute(SILENCE, [list(QUEUES)]).fetchall())
    except psycopg.OperationalError:
        return None


def uptime_by_program(supervisor: Any) -> dict[str, float]:
    """Seconds that each running program has been up."""
    return {
        info["name"]: float(info["now"] - info["start"])
        for info in supervisor.getAllProcessInfo()
        if info["statename"] == "RUNNING"
    }


def look_once(supervisor: Any, database_url: str) -> None:
    """Restart every deaf worker; nothing is restarted while the database itself is silent."""
    silence = silence_by_queue(database_url)
    if silence is None:
        return
    for queue in deaf_queues(silence, uptime_by_program(supervisor)):
        age = f"{silence[queue]:.0f} s ago" if queue in silence else "never seen"
        say(f"worker {queue} is deaf: last heartbeat {age}; restarting it")
        try:
            supervisor.stopProcess(f"{GROUP}:{queue}")
            supervisor.startProcess(f"{GROUP}:{queue}")
        except Fault as fault:  # it ended or started by itself meanwhile
            say(f"worker {queue}: {fault.faultString}")


def main() -> None:
    """Look every few seconds, until the supervisor ends this program."""
    supervisor = childutils.getRPCInterface(os.environ).supervisor
    database_url = os.environ["DATABASE_APP_URL"]
    while True:
        look_once(supervisor, database_url)
        time.sleep(LOOK_EVERY_SECONDS)


if __name__ == "__main__":
    main()
