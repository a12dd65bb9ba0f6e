"""The application as production serves it, on the test's database: other processes, real sockets."""

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from smartbis.kernel.ids import new_id
from smartbis.tenancy.logins import derived_url
from tests import database

ROOT = Path(__file__).parents[1]
WORKERS, THREADS = 2, 4
START_SECONDS = 60
# A broker that is not there: wake-ups stay rows, and nobody works beside the test.
NO_BROKER = "redis://127.0.0.1:9/0"


@contextmanager
def served() -> Iterator[str]:
    """Granian with two processes of four threads each; yields `host:port`. Only for tests with real transactions."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    environment = {
        **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        "DATABASE_APP_URL": _test_url(),
        "DATABASE_POOL": "yes",
        "REDIS_URL": NO_BROKER,
        "API_RATE_PER_SECOND": "1000000",
        "API_RATE_BURST": "1000000",
        "BASE_URL": f"http://{address}",
    }
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
        *("--port", address.partition(":")[2], "--workers", str(WORKERS), "--blocking-threads", str(THREADS)),
        *("--no-ws", "--log-level", "warning", "smartbis.wsgi:application"),
    ]
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait(server, address, log)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=30)


def _test_url() -> str:
    parts = urlsplit(derived_url(os.environ["DATABASE_URL"], "app"))
    return urlunsplit(parts._replace(path=f"/{database.test_name()}"))


def _wait(server: "subprocess.Popen[bytes]", address: str, log: Any) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://{address}/healthz", timeout=5):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
    log.seek(0)
    raise RuntimeError("the application does not answer: " + log.read()[-2000:].decode(errors="replace"))


class Till:
    """One kept-alive connection that calls REST v1 with a key."""

    def __init__(self, address: str, secret: str) -> None:
        self._line = http.client.HTTPConnection(address, timeout=60)
        self._secret = secret

    def post(self, path: str, body: Any) -> tuple[int, dict[str, Any]]:
        """The status and the answer; each call is one of its own."""
        headers = {
            "Authorization": f"Bearer {self._secret}",
            "Content-Type": "application/json",
            "Idempotency-Key": str(new_id()),
        }
        self._line.request("POST", f"/api/v1{path}", json.dumps(body), headers)
        answer = self._line.getresponse()
        return answer.status, json.loads(answer.read())

    def close(self) -> None:
        """Hang up."""
        self._line.close()
