"""What runs beside the measurements: the sandbox, and workers as production has them."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from benchmarks.database import Database
from smartbis.local.supervision import celery_worker

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0
STOP_SECONDS = 15.0


@contextlib.contextmanager
def sandbox(state: Path) -> Iterator[str]:
    """The stand-in for Meta's API, which keeps what it takes in the file `state`; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    command = [sys.executable, "-m", "sandbox", "--port", url.rpartition(":")[2], "--state", str(state), "--seed", "7"]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/_sandbox/health", timeout=2):
                break
            time.sleep(0.1)
        yield url
    finally:
        _ended(process)


@contextlib.contextmanager
def workers(database: Database, sandbox_url: str, address: str) -> Iterator[None]:
    """Celery's workers of sends and webhooks, and the scheduler, as `make run` starts them."""
    environment = {
        **os.environ,
        "DATABASE_APP_URL": database.app_url,
        "DATABASE_LOGIN": "app",
        "WHATSAPP_GRAPH_URL": sandbox_url,
        "BASE_URL": f"http://{address}",
        "LOG_LEVEL": "WARNING",
    }
    environment.pop("DATABASE_URL", None)
    with tempfile.TemporaryDirectory(prefix="smartbis-beat-") as folder:
        beat = [sys.executable, "-m", "celery", "-A", "smartbis.celery", "beat", "--pidfile="]
        commands = [
            celery_worker("send"),
            celery_worker("relay"),
            [*beat, "--schedule", f"{folder}/beat"],
        ]
        silent = subprocess.DEVNULL
        running = [subprocess.Popen(each, cwd=ROOT, env=environment, stdout=silent, stderr=silent) for each in commands]
        try:
            _wait_for_beats()
            yield
        finally:
            for process in running:
                process.terminate()
            for process in running:
                _ended(process)


def _wait_for_beats() -> None:
    """Until both queues have been drained once by their workers."""
    from smartbis.outbox.models import Heartbeat

    started = time.monotonic()
    while Heartbeat.objects.filter(queue__in=("send", "relay")).count() < 2:
        if time.monotonic() - started > START_SECONDS:
            raise RuntimeError("the workers do not start")
        time.sleep(0.2)


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=STOP_SECONDS)
    if process.poll() is None:
        process.kill()
        process.wait()
