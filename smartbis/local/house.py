"""`make run`: servers, database, demo, and all programs under one supervisor, until Ctrl-C."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from smartbis.local import processes, supervision
from smartbis.local.folders import kept_secret, private_folder, runtime_folder, write_private
from smartbis.local.servers import running_servers, turn_signals_into_exit
from smartbis.local.supervision import MARK, ROOT, Addresses, inherited_environment
from smartbis.local.terminal import LocalError, say
from smartbis.tenancy.logins import derived_url

START_SECONDS = 120.0
LEFTOVER_SECONDS = 15.0
# of the libraries' files: a second viewer of the API's documentation, and REST framework's own pages
UNUSED_STATIC = ("--ignore", "redoc", "--ignore", "rest_framework")


def run(*, port: int, data_dir: Path, command: Sequence[str] = ()) -> int:
    """Have everything run until Ctrl-C or SIGTERM, then stop it in good order; 0 after an orderly stop.

    With `command`, until that ends; its exit code then. It finds the way by CREDENTIALS, the path of
    `credentials.json`. Port 0 stands for any free one.

    Raises: LocalError where something does not start.
    """
    data_dir = private_folder(data_dir.resolve())
    with contextlib.ExitStack() as house:
        house.enter_context(turn_signals_into_exit())
        house.enter_context(alone_in(data_dir))
        end_leftovers(data_dir)
        (data_dir / "credentials.json").unlink(missing_ok=True)
        addresses = choose_addresses(port)
        # pushed first, so called last: what follows is stopped by now
        house.callback(say, "Everything is stopped.")
        say("Starting PostgreSQL and Valkey …")
        urls = house.enter_context(running_servers(data_dir, fast=False))
        environment = Environments(data_dir=data_dir, addresses=addresses, urls=urls)
        prepare(environment)
        house.callback(patiently)
        supervisor = house.enter_context(supervised(environment))
        wait_for_answers(addresses, supervisor=supervisor, data_dir=data_dir)
        connect_demo(environment)
        credentials = write_credentials(environment)
        if command:
            return run_beside(command, data_dir=data_dir)
        say(welcome(credentials, data_dir=data_dir))
        with contextlib.suppress(KeyboardInterrupt, SystemExit):
            code = supervisor.wait()
            say(f"The supervisor ended (code {code}); see {data_dir / 'logs' / 'supervisor.log'}.")
            return 1
        say("\nStopping …")
    return 0


def run_beside(command: Sequence[str], *, data_dir: Path) -> int:
    """Run `command` while the house stands, and give back its exit code."""
    variables = {**os.environ, "CREDENTIALS": str(data_dir / "credentials.json")}
    return processes.run_command(command, environment=variables)


def patiently() -> None:
    """From here on another Ctrl-C does not interrupt the stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class Environments:
    """The variables each kind of process gets: no more than it needs."""

    def __init__(self, *, data_dir: Path, addresses: Addresses, urls: Mapping[str, str]) -> None:
        self.data_dir = data_dir
        self.addresses = addresses
        self._owner_url = urls["DATABASE_URL"]
        self._shared = {
            **inherited_environment(),
            "SECRET_KEY": os.environ.get("SECRET_KEY") or kept_secret(data_dir, "secret_key"),
            "MASTER_KEY": os.environ.get("MASTER_KEY") or kept_secret(data_dir, "master_key", make="key"),
            "REDIS_URL": urls["REDIS_URL"],
            "BASE_URL": addresses.base_url,
            "ADMIN_URL": addresses.admin_url,
            "SANDBOX_URL": addresses.sandbox_url,
            "WHATSAPP_GRAPH_URL": addresses.sandbox_url,
            "DATA_DIR": str(data_dir),
            "HASHED_STATIC": "yes",
            "PYTHONUNBUFFERED": "1",
        }

    def app(self) -> dict[str, str]:
        """For web, workers and scheduler."""
        return {**self._shared, "DATABASE_LOGIN": "app", "DATABASE_APP_URL": self._login_url("app")}

    def platform(self) -> dict[str, str]:
        """For the platform staff's admin."""
        return {
            **self._shared,
            "SMARTBIS_SURFACE": "platform",
            "DATABASE_LOGIN": "platform",
            "DATABASE_PLATFORM_URL": self._login_url("platform"),
        }

    def owner(self) -> dict[str, str]:
        """For the steps before the start, which make logins and tables."""
        given = {name: os.environ[name] for name in _GIVEN_LOGINS if name in os.environ}
        return {**self._shared, **given, "DATABASE_LOGIN": "owner", "DATABASE_URL": self._owner_url}

    def _login_url(self, login: str) -> str:
        return os.environ.get(f"DATABASE_{login.upper()}_URL") or derived_url(self._owner_url, login)


_GIVEN_LOGINS = ("DATABASE_APP_URL", "DATABASE_PLATFORM_URL", "DATABASE_BACKUP_URL")


@contextlib.contextmanager
def alone_in(data_dir: Path) -> Iterator[None]:
    """Hold `data_dir` for this run.

    Raises: LocalError where another run holds it.
    """
    with (data_dir / "run.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise LocalError(
                f"Smartbis runs from {data_dir} already (process {file.read().strip()}). "
                "Stop it with Ctrl-C there, or set DATA_DIR to another folder."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def end_leftovers(data_dir: Path) -> None:
    """End what a killed run left behind; servers are not among it, they are adopted or waited for."""
    left = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get(MARK) == str(data_dir):
                process.terminate()
                left.append(process)
    if left:
        say("Ending what an earlier run left …")
        _, alive = psutil.wait_procs(left, timeout=LEFTOVER_SECONDS)
        for process in alive:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(alive, timeout=LEFTOVER_SECONDS)


def choose_addresses(port: int) -> Addresses:
    """The wanted port for the web and two more, the next ones where they are free.

    Raises: LocalError where the wanted port is taken.
    """
    port = port or processes.free_port()
    if not is_free(port):
        raise LocalError(f"Port {port} is taken. Choose another one: make run PORT={port + 10}")
    chosen = [port]
    for wanted in (port + 1, port + 2):
        while wanted in chosen or not is_free(wanted):
            wanted = processes.free_port()
        chosen.append(wanted)
    return Addresses(*chosen)


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port."""
    with socket.socket() as probe:
        # a port whose last connections are in TIME_WAIT is free for a server
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except (OSError, OverflowError):
            return False
    return True


def prepare(environment: Environments) -> None:
    """Logins, tables, static files, messages, demo: every step may be repeated.

    The platform's surface has what the web has, and Django's admin besides.
    """
    private_folder(environment.data_dir / "scheduler")
    owner = environment.owner()
    whole = {**owner, "SMARTBIS_SURFACE": "platform"}
    demo = environment.data_dir / "secrets" / "demo.json"
    manage = [sys.executable, str(ROOT / "manage.py")]
    steps: Sequence[tuple[str, list[str], Mapping[str, str]]] = (
        ("Making the database logins", [*manage, "create_logins"], owner),
        ("Migrating the database", [*manage, "migrate", "--no-input"], whole),
        ("Checking the tenants' fences", [*manage, "check_tenancy"], whole),
        ("Compiling messages", [sys.executable, "-m", "smartbis.local", "compile-messages"], owner),
        ("Collecting static files", [*manage, "collectstatic", "--no-input", *UNUSED_STATIC], environment.platform()),
        ("Loading the demo", [*manage, "load_demo", "--credentials-to", str(demo)], environment.app()),
    )
    for title, command, variables in steps:
        step(title, command, variables=variables, log=environment.data_dir / "logs" / "prepare.log")


def connect_demo(environment: Environments) -> None:
    """Give the demo's brands their numbers at the sandbox; in every run anew, since ports may change."""
    demo = environment.data_dir / "secrets" / "demo.json"
    command = [sys.executable, str(ROOT / "manage.py"), "connect_demo", "--credentials", str(demo)]
    log = environment.data_dir / "logs" / "prepare.log"
    step("Connecting WhatsApp to the sandbox", command, variables=environment.app(), log=log)


def step(title: str, command: Sequence[str], *, variables: Mapping[str, str], log: Path) -> None:
    """Run one command of the preparation, saying that it goes on.

    Raises: LocalError with the end of its output where it fails.
    """
    say(f"{title} …")
    process = processes.spawn(command, log=log, death_signal=signal.SIGTERM, environment=variables, folder=ROOT)
    try:
        processes.wait_until(lambda: process.poll() is not None, waiting_for=title.lower())
    except BaseException:
        process.terminate()
        process.wait()
        raise
    if process.returncode != 0:
        raise LocalError(f"{title} failed. The end of {log}:\n{processes.tail(log, lines=30)}")


@contextlib.contextmanager
def supervised(environment: Environments) -> Iterator[subprocess.Popen[bytes]]:
    """All programs under supervisord for the length of the block."""
    data_dir = environment.data_dir
    programs = supervision.all_programs(
        addresses=environment.addresses,
        data_dir=data_dir,
        app=environment.app(),
        platform=environment.platform(),
    )
    socket_path = runtime_folder(data_dir) / "control"
    configuration = data_dir / "supervisor.conf"
    write_private(configuration, supervision.configuration(programs, data_dir=data_dir, socket=socket_path))
    say("Starting web, admin, workers, scheduler and the WhatsApp sandbox …")
    process = processes.spawn(
        [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(configuration)],
        log=data_dir / "logs" / "supervisor.log",
        death_signal=signal.SIGTERM,
        environment={**inherited_environment(), MARK: str(data_dir)},
        folder=ROOT,
    )
    try:
        yield process
    finally:
        process.terminate()
        processes.wait_until(lambda: process.poll() is not None, waiting_for="programs to finish their work")


def wait_for_answers(addresses: Addresses, *, supervisor: subprocess.Popen[bytes], data_dir: Path) -> None:
    """Wait until web, admin and sandbox answer, and the workers too (`/readyz` knows their heartbeats).

    Raises: LocalError naming what does not answer.
    """
    waiting = {
        "web": f"{addresses.base_url}/healthz",
        "admin": f"{addresses.admin_url}/healthz",
        "sandbox": f"{addresses.sandbox_url}/",
        "workers": f"{addresses.base_url}/readyz",
    }

    def all_answer() -> bool:
        if supervisor.poll() is not None:
            raise LocalError(f"The supervisor ended:\n{processes.tail(data_dir / 'logs' / 'supervisor.log')}")
        for name in [name for name, url in waiting.items() if answers(url)]:
            del waiting[name]
        return not waiting

    if not processes.wait_until(all_answer, waiting_for="all to answer", at_most=START_SECONDS, every=0.5):
        silent = ", ".join(waiting)
        logs = "\n".join(processes.tail(data_dir / "logs" / f"{name}.log") for name in waiting)
        raise LocalError(f"No answer from: {silent}. Logs are in {data_dir / 'logs'}.\n{logs}")


def answers(url: str) -> bool:
    """Whether a GET of `url` gives 200 within two seconds."""
    # loopback needs no proxy, whatever the environment says
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def write_credentials(environment: Environments) -> dict[str, Any]:
    """Write `credentials.json` for this run's addresses from what the demo left, and give it back."""
    demo_file = environment.data_dir / "secrets" / "demo.json"
    try:
        text = demo_file.read_text()
    except FileNotFoundError:
        raise LocalError(
            f"The demo's sign-ins ({demo_file}) are gone. Set DATA_DIR to another folder for a fresh start."
        ) from None
    # the demo wrote the addresses of the run that loaded it
    earlier = json.loads(text).get("base_url")
    base_url = environment.addresses.base_url
    credentials: dict[str, Any] = json.loads(text.replace(earlier, base_url) if earlier else text)
    credentials |= {
        "base_url": base_url,
        "admin_url": environment.addresses.admin_url,
        "sandbox_url": environment.addresses.sandbox_url,
    }
    write_private(environment.data_dir / "credentials.json", json.dumps(credentials, indent=2, ensure_ascii=False))
    return credentials


def welcome(credentials: Mapping[str, Any], *, data_dir: Path) -> str:
    """Addresses and sign-ins, for the terminal."""
    lines = [
        "",
        f"  Smartbis           {credentials['base_url']}/",
        f"  Platform's admin   {credentials['admin_url']}/",
        f"  WhatsApp sandbox   {credentials['sandbox_url']}/",
        f"  API documentation  {credentials['base_url']}/api/docs/",
        "",
    ]
    if staff := credentials.get("staff"):
        lines += [f"  platform staff     {staff['email']}  {staff['password']}", ""]
    for tenant in credentials.get("tenants", []):
        lines.append(f"  {tenant['name']}: {tenant['portal_url']}")
        lines += [f"    {user['role']:<16} {user['email']}  {user['password']}" for user in tenant["users"]]
        lines.append("")
    lines += [f"  All of this, and API keys: {data_dir / 'credentials.json'}", "  Ctrl-C stops everything."]
    return "\n".join(lines)
