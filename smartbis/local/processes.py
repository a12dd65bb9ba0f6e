"""Starting, recognising and ending server processes."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import psutil

from smartbis.local.terminal import LocalError, say

CHILD = Path(__file__).with_name("child.py")
PROGRESS_SECONDS = 5.0


@dataclass(frozen=True)
class Identity:
    """Who a server runs as: options for child.py, and the owner its files must have."""

    options: tuple[str, ...]
    uid: int


def doorstep(*, death_signal: signal.Signals, options: Sequence[str] = ()) -> list[str]:
    """The start of a command line by which a server dies with its parent."""
    return [sys.executable, "-I", "-S", str(CHILD), "--signal", str(int(death_signal)), *options]


@cache
def unprivileged_identity() -> Identity:
    """Somebody whom PostgreSQL accepts: not root, and with an account, since initdb looks its name up.

    An ordinary user stays who he is. Others enter a user namespace as `nobody`; where that is forbidden (plain
    Docker) root drops to `nobody`.

    Raises: LocalError where nothing works.
    """
    uid = os.geteuid()
    if uid != 0 and _has_account(uid):
        return Identity(options=(), uid=uid)
    nobody = _nobody()
    candidates = [Identity(options=("--namespace-uid", str(nobody.pw_uid)), uid=uid)]
    if uid == 0:
        dropped = ("--uid", str(nobody.pw_uid), "--gid", str(nobody.pw_gid))
        candidates.append(Identity(options=dropped, uid=nobody.pw_uid))
    for candidate in candidates:
        if _works(candidate):
            return candidate
    raise LocalError(
        "PostgreSQL refuses to run as root or as a user without an account, and this machine allows neither a user "
        "namespace nor a change of user.\nRun as an ordinary user, or set DATABASE_URL to a PostgreSQL 18 server."
    )


def _has_account(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _nobody() -> pwd.struct_passwd:
    """An account that is not root's."""
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("nobody")
    for account in pwd.getpwall():
        if account.pw_uid != 0:
            return account
    raise LocalError("There is no account but root here. Set DATABASE_URL to a PostgreSQL 18 server.")


def _works(identity: Identity) -> bool:
    probe = [*doorstep(death_signal=signal.SIGTERM, options=identity.options), "--", "true"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    death_signal: signal.Signals,
    identity: Identity | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a server in a process group of its own, so that Ctrl-C at the terminal does not reach it.

    It ends by `death_signal` if this process is killed; to Linux the parent is the thread that calls this, so call
    it where the server shall not outlive the thread. Output is appended to `log`.
    """
    options = ["--parent", str(os.getpid()), *(identity.options if identity else ())]
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            [*doorstep(death_signal=death_signal, options=options), "--", *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=None if environment is None else dict(environment),
            cwd=folder,
        )


def run_command(command: Sequence[str], *, environment: Mapping[str, str]) -> int:
    """Run a command in the foreground and give back its exit code: 128 + n where signal n ended it.

    Ctrl-C reaches it by itself, being in the same process group, and what it then does is its own affair. The other
    signals are handed on rather than raised here: an exception inside `wait` could lose the exit code.
    """
    started: list[subprocess.Popen[bytes]] = []

    def hand_on(number: int, frame: FrameType | None) -> None:
        if not started:
            raise SystemExit(128 + number)
        with contextlib.suppress(ProcessLookupError):
            os.kill(started[0].pid, number)

    handlers: dict[signal.Signals, Any] = {signal.SIGINT: signal.SIG_IGN, signal.SIGTERM: hand_on}
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        handlers[signal.SIGHUP] = hand_on
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        # an ignored signal stays ignored in a child, a handled one does not
        started.append(subprocess.Popen(command, env=dict(environment), preexec_fn=_heed_interrupts))
        code = started[0].wait()
    except FileNotFoundError:
        say(f"There is no command {command[0]}.")
        return 127
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code


def _heed_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def is_alive(pid: int) -> bool:
    """Whether `pid` runs; a zombie that nobody reaps counts as dead."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def works_in(pid: int, folder: Path) -> bool:
    """Whether the live process `pid` has `folder`, a resolved path, as its working folder."""
    try:
        # straight from the kernel where it can be had: this is asked of every process of the machine
        there = os.readlink(f"/proc/{pid}/cwd") if sys.platform == "linux" else psutil.Process(pid).cwd()
    except (OSError, psutil.Error):
        return False
    return there == str(folder) and is_alive(pid)


def workers_in(folder: Path) -> list[int]:
    """Every live process whose working folder is `folder`."""
    folder = folder.resolve()
    return [pid for pid in psutil.pids() if works_in(pid, folder)]


def wait_until(
    condition: Callable[[], bool],
    *,
    waiting_for: str,
    at_most: float | None = None,
    every: float = 0.05,
) -> bool:
    """Wait for `condition`, saying every few seconds what for; False once `at_most` seconds have passed."""
    started = spoken = time.monotonic()
    while not condition():
        now = time.monotonic()
        if at_most is not None and now - started >= at_most:
            return False
        if now - spoken >= PROGRESS_SECONDS:
            say(f"  … {waiting_for} ({now - started:.0f} s)")
            spoken = now
        time.sleep(every)
    return True


def free_port() -> int:
    """A loopback TCP port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path`, waiting for whoever has it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, for an error message."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""
