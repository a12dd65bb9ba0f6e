"""The web server as production runs it, and a client lean enough not to be what is measured."""

import contextlib
import http.client
import json
import os
import pickle
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.database import Database

ADDRESS = "SMARTBIS_BENCH_ADDRESS"
KNOWN = "SMARTBIS_BENCH_KNOWN"
WORKERS, THREADS = 2, 4
START_SECONDS = 60
# Others are measured between two bursts; the server hangs up on who is silent for 30 seconds.
IDLE_SECONDS = 20


class Refused(Exception):
    """The server answered something else than was expected."""


@contextlib.contextmanager
def served(database: Database) -> Iterator[str]:
    """Our application; its address, which clients find too."""
    with _granian(database, "smartbis.wsgi:application", {}) as address:
        os.environ[ADDRESS] = address
        try:
            yield address
        finally:
            os.environ.pop(ADDRESS, None)


@contextlib.contextmanager
def bare_door(database: Database, known: Any) -> Iterator[str]:
    """The bare door of `benchmarks.door`, which knows `known`; its address."""
    with tempfile.TemporaryDirectory(prefix="smartbis-door-") as folder:
        path = Path(folder) / "known"
        path.write_bytes(pickle.dumps(known))
        with _granian(database, "benchmarks.door:application", {KNOWN: str(path)}) as address:
            yield address


@contextlib.contextmanager
def _granian(database: Database, application: str, variables: Mapping[str, str]) -> Iterator[str]:
    """Granian with as many workers and threads as `make run` gives it; its address."""
    port = _free_port()
    address = f"127.0.0.1:{port}"
    environment = {
        **os.environ,
        "DATABASE_APP_URL": database.app_url,
        "DATABASE_LOGIN": "app",
        "API_RATE_PER_SECOND": "1000000",
        "API_RATE_BURST": "1000000",
        "LOG_LEVEL": "WARNING",
        "BASE_URL": f"http://{address}",
        **variables,
    }
    environment.pop("DATABASE_URL", None)
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", str(WORKERS), "--blocking-threads", str(THREADS), "--no-ws", "--log-level", "warning"),
        application,
    ]
    with tempfile.TemporaryFile() as log:
        folder = Path(__file__).resolve().parent.parent
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT, cwd=folder)
        try:
            _wait(server, address, log)
            yield address
        except Exception:
            log.seek(0)
            print(log.read()[-3000:].decode(errors="replace"), file=sys.stderr)
            raise
        finally:
            server.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(timeout=15)
            if server.poll() is None:
                server.kill()
                server.wait()


def _wait(server: subprocess.Popen[bytes], address: str, log: Any) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://{address}/healthz", timeout=5) as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    log.seek(0)
    raise RuntimeError("the web server does not answer: " + log.read()[-2000:].decode(errors="replace"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Line:
    """One kept-alive connection to the web server, spoken by hand: `http.client` costs as much as many an answer."""

    def __init__(self, address: str = "") -> None:
        host, _, port = (address or os.environ[ADDRESS]).partition(":")
        self._host = f"{host}:{port}"
        self._where = (host, int(port))
        self._socket: socket.socket | None = None
        self._used_at = 0.0
        self._left = b""

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> tuple[int, bytes]:
        """The status and body of an answer."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        head = ("\r\n".join(lines) + "\r\n\r\n").encode()
        if self._socket is not None and time.monotonic() - self._used_at > IDLE_SECONDS:
            self._socket.close()
            self._socket = None
        if self._socket is None:
            self._socket = socket.create_connection(self._where, timeout=30)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(head + body)
        answer = self._read(self._socket)
        self._used_at = time.monotonic()
        return answer

    def _read(self, connection: socket.socket) -> tuple[int, bytes]:
        data = self._left
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more(connection)
        head, data = data[:end].lower(), data[end + 4 :]
        status = int(head[9:12])
        if b"transfer-encoding: chunked" in head:
            body, data = self._chunks(connection, data)
        else:
            place = head.find(b"content-length:")
            size = int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
            while len(data) < size:
                data += self._more(connection)
            body, data = data[:size], data[size:]
        self._left = data
        return status, body

    def _chunks(self, connection: socket.socket, data: bytes) -> tuple[bytes, bytes]:
        body = b""
        while True:
            while b"\r\n" not in data:
                data += self._more(connection)
            size_text, data = data.split(b"\r\n", 1)
            size = int(size_text.split(b";")[0], 16)
            while len(data) < size + 2:
                data += self._more(connection)
            body, data = body + data[:size], data[size + 2 :]
            if size == 0:
                return body, data

    @staticmethod
    def _more(connection: socket.socket) -> bytes:
        more = connection.recv(65536)
        if not more:
            raise http.client.RemoteDisconnected("the web server hung up")
        return more


class Till:
    """A machine that calls the REST API with a key."""

    def __init__(self, secret: str, address: str = "") -> None:
        self._line = Line(address)
        self._headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}

    def post(self, path: str, body: Any, *, key: str, expected: int) -> Any:
        """The answer's body. Raises Refused."""
        headers = {**self._headers, "Idempotency-Key": key}
        status, answer = self._line.ask("POST", path, headers, json.dumps(body).encode())
        if status != expected:
            raise Refused(f"{path} answered {status}: {answer[:500].decode(errors='replace')}")
        return answer


class Browser:
    """A person's browser that asks for pages with its cookies."""

    def __init__(self, cookies: Mapping[str, str], headers: Mapping[str, str]) -> None:
        self._line = Line()
        self._headers = {**headers, "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}

    def get(self, path: str, *, has: str = "") -> bytes:
        """The page. Raises Refused when it is no page, or when `has` does not stand on it."""
        status, answer = self._line.ask("GET", path, self._headers)
        if status != 200 or has.encode() not in answer:
            raise Refused(f"{path} answered {status}: {answer[:300].decode(errors='replace')}")
        return answer
