"""A worker that may be killed at any moment: drains the queues of sends and webhooks as Celery's workers do.

Its clock is the machine's plus what the run has skipped (a file with seconds): hours of waiting pass in minutes.
"""

import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

# Meta's limits of patience, shortened: the sandbox's time-outs last a little longer.
TIMEOUTS = (1.0, 2.0)
QUEUES = ("relay", "send")
TURN_SECONDS = 0.4


def skipped(path: Path) -> timedelta:
    """How much time the run has skipped so far."""
    try:
        return timedelta(seconds=float(path.read_text() or 0))
    except (OSError, ValueError):
        return timedelta(0)


def main() -> None:
    """Work until killed."""
    from benchmarks import house

    house.set_up(os.environ["DATABASE_APP_URL"])
    from messaging.whatsapp import transport
    from smartbis.kernel.clock import frozen
    from smartbis.outbox.work import drain_queue

    transport.TRANSPORT.timeouts = TIMEOUTS
    clock = Path(sys.argv[1])
    while True:
        turns = 0
        for queue in QUEUES:
            with frozen(datetime.now(UTC) + skipped(clock)):
                turns += drain_queue(queue, seconds=TURN_SECONDS)
        if not turns:
            time.sleep(0.05)


if __name__ == "__main__":
    main()
