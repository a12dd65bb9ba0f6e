"""PostgreSQL and Valkey together: those the environment names, and embedded ones for the rest."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

from smartbis.local import processes
from smartbis.local.folders import kept_secret
from smartbis.local.postgres import Postgres
from smartbis.local.valkey import Valkey


@contextlib.contextmanager
def running_servers(data_dir: Path, *, fast: bool) -> Iterator[dict[str, str]]:
    """Servers for the length of the block, as `{"DATABASE_URL": …, "REDIS_URL": …}`.

    A variable that is set already is believed, and nothing is started for it. The owner's login is meant.
    """
    with contextlib.ExitStack() as running:
        urls = {}
        if given := os.environ.get("DATABASE_URL"):
            urls["DATABASE_URL"] = given
        else:
            postgres = Postgres(data_dir, fast=fast)
            running.callback(postgres.stop)
            postgres.start()
            urls["DATABASE_URL"] = postgres.url
        if given := os.environ.get("REDIS_URL"):
            urls["REDIS_URL"] = given
        else:
            valkey = Valkey(data_dir, fast=fast)
            running.callback(valkey.stop)
            valkey.start()
            urls["REDIS_URL"] = valkey.url
        yield urls


def run_with_servers(command: Sequence[str], *, data_dir: Path | None, fast: bool) -> int:
    """Run `command` with servers beside it and give back its exit code (128 + n if signal n ended it).

    Besides the servers' addresses it finds SECRET_KEY and MASTER_KEY set, and the addresses of the last `run` from this
    folder, unless they were set before; and keeps compiled sources, whatever this shell says.
    Without `data_dir` the servers live in a temporary folder that is removed afterwards.
    """
    with contextlib.ExitStack() as cleared:
        if data_dir is None:
            data_dir = Path(tempfile.mkdtemp(prefix="smartbis-"))
            cleared.callback(shutil.rmtree, data_dir, ignore_errors=True)
        keys = {
            "SECRET_KEY": kept_secret(data_dir, "secret_key"),
            "MASTER_KEY": kept_secret(data_dir, "master_key", make="key"),
        }
        with turn_signals_into_exit(), running_servers(data_dir, fast=fast) as urls:
            environment = {**keys, **addresses_of_last_run(data_dir), **os.environ, **urls}
            # every process of ours that is started would compile all of it anew
            environment.pop("PYTHONDONTWRITEBYTECODE", None)
            return processes.run_command(command, environment=environment)


def addresses_of_last_run(data_dir: Path) -> dict[str, str]:
    """Where web, admin and sandbox of this folder were served last, as settings name them; nothing before any `run`."""
    with contextlib.suppress(FileNotFoundError):
        told = json.loads((data_dir / "credentials.json").read_text())
        return {name: told[name.lower()] for name in ("BASE_URL", "ADMIN_URL", "SANDBOX_URL")}
    return {}


@contextlib.contextmanager
def turn_signals_into_exit() -> Iterator[None]:
    """Within the block SIGTERM and SIGHUP unwind the stack as Ctrl-C does, so that servers are stopped."""

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    wanted = [signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup
        wanted.append(signal.SIGHUP)
    before = {number: signal.signal(number, leave) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
