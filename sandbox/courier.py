"""The loop that makes things happen on time: statuses, webhook posts, commits.

All state changes stay on the event loop's thread; only the posting itself runs in threads.
"""

import asyncio
import hashlib
import hmac
import http.client
import logging
import queue
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode, urlsplit

from sandbox import outbox, statuses
from sandbox.box import Box
from sandbox.outbox import Delivery

logger = logging.getLogger(__name__)

IN_FLIGHT = 4
TIMEOUT = 10.0
TICK = 0.02  # seconds between looks at the clock
PACK_EVERY = 0.1  # seconds in which updates gather once some were sent; the first of them goes at once
COMMIT_EVERY = 0.25
TRIM_EVERY = 60.0
CHALLENGE_MAX = 4096


def signature(secret: str, body: bytes) -> str:
    """Return the X-Hub-Signature-256 value over the raw body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class Connections:
    """Kept-alive connections by address, handed to one thread at a time."""

    def __init__(self) -> None:
        self._idle: dict[tuple[str, str], queue.SimpleQueue[http.client.HTTPConnection]] = {}

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """POST once (again on a kept connection that had been closed meanwhile) and return the status.

        Raises: OSError or http.client.HTTPException when no answer came.
        """
        parts = urlsplit(url)
        idle = self._idle.setdefault((parts.scheme, parts.netloc), queue.SimpleQueue())
        try:
            connection, reused = idle.get_nowait(), True
        except queue.Empty:
            connection, reused = _connect(parts.scheme, parts.netloc), False
        try:
            status = _exchange(connection, url, body, headers)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            connection.close()
            if not reused:
                raise
            connection = _connect(parts.scheme, parts.netloc)
            status = _exchange(connection, url, body, headers)
        except BaseException:
            connection.close()
            raise
        idle.put(connection)
        return status


def _connect(scheme: str, netloc: str) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(netloc, timeout=TIMEOUT, context=ssl.create_default_context())
    return http.client.HTTPConnection(netloc, timeout=TIMEOUT)


def _path(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _exchange(connection: http.client.HTTPConnection, url: str, body: bytes, headers: dict[str, str]) -> int:
    connection.request("POST", _path(url), body=body, headers=headers)
    response = connection.getresponse()
    response.read()
    return response.status


def handshake(url: str, verify_token: str, challenge: str) -> tuple[bool, str]:
    """Do the GET verification of a webhook address; returns whether it passed and what was seen."""
    parts = urlsplit(url)
    query = urlencode({"hub.mode": "subscribe", "hub.verify_token": verify_token, "hub.challenge": challenge})
    connection = _connect(parts.scheme, parts.netloc)
    try:
        connection.request("GET", _path(url) + ("&" if parts.query else "?") + query)
        response = connection.getresponse()
        text = response.read(CHALLENGE_MAX).decode("utf-8", "replace").strip()
    except (OSError, http.client.HTTPException) as error:
        return False, f"no answer: {error}"
    finally:
        connection.close()
    if response.status != 200:
        return False, f"HTTP {response.status}"
    return text == challenge, "challenge echoed" if text == challenge else "another text than the challenge came back"


class Courier:
    """Runs beside the server until stopped."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self._threads = ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="courier")
        self._connections = Connections()
        self._flying: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._packed_at = -PACK_EVERY

    async def run(self) -> None:
        """Tick until `stop`; an error in one tick is logged and does not end the loop."""
        outbox.resume(self._box)
        committed = trimmed = time.monotonic()
        while not self._stopping.is_set():
            try:
                busy = self.tick()
            except Exception:
                logger.exception("courier_tick_failed")
                busy = False
            now = time.monotonic()
            if now - committed >= COMMIT_EVERY:
                self._box.store.commit()
                committed = now
            if now - trimmed >= TRIM_EVERY:
                self._box.store.trim()
                trimmed = now
            await asyncio.sleep(0.001 if busy else TICK)
        await self._land()

    def tick(self) -> bool:
        """Carry out what is due and start posts; returns whether there was anything."""
        done = statuses.run_due(self._box)
        free = IN_FLIGHT - len(self._flying)
        if free <= 0:
            return False
        # Packing only when a post can start, and not at once again, makes batches grow under load, as Meta's do.
        packed, moment = 0, time.monotonic()
        if moment - self._packed_at >= PACK_EVERY and (packed := outbox.pack_due(self._box)):
            self._packed_at = moment
        claimed = outbox.claim(self._box, free)
        for one in claimed:
            task = asyncio.get_running_loop().create_task(self._deliver(one))
            self._flying.add(task)
            task.add_done_callback(self._flying.discard)
        return bool(done or packed or claimed)

    async def _deliver(self, one: Delivery) -> None:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "X-Hub-Signature-256": signature(one.secret, one.body),
        }
        began = time.monotonic()
        loop = asyncio.get_running_loop()
        status, error = 0, ""
        try:
            status = await loop.run_in_executor(self._threads, self._connections.post, one.url, one.body, headers)
        except (OSError, http.client.HTTPException, ValueError) as problem:
            error = type(problem).__name__
        outbox.settle(self._box, one, status, error, time.monotonic() - began)

    async def _land(self) -> None:
        if self._flying:
            await asyncio.wait(self._flying, timeout=2)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def stop(self) -> None:
        """Ask the loop to end after its tick."""
        self._stopping.set()
