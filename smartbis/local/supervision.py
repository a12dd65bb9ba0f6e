"""The supervisor's programs: which process runs what, and knows which secrets.

Everything lives in one group: supervisord stops the programs of a group together, but one group after the
other.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from smartbis.local.processes import doorstep

ROOT = Path(__file__).resolve().parent.parent.parent
GROUP = "smartbis"
# by this variable leftovers of a killed run are recognised
MARK = "SMARTBIS_HOUSE"
QUEUES = ("relay", "send", "bulk")
# what a program may inherit from the shell of whoever started it
INHERITED = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "LOG_LEVEL",
)


@dataclass(frozen=True)
class Program:
    """One supervised process. stop_seconds: how long it may finish its work before it is killed."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    stop_seconds: int = 10
    nice: int = 0


@dataclass(frozen=True)
class Addresses:
    """The loopback ports of what people and programs open."""

    web: int
    admin: int
    sandbox: int

    @property
    def base_url(self) -> str:
        """Where everybody goes."""
        return f"http://127.0.0.1:{self.web}"

    @property
    def admin_url(self) -> str:
        """Where platform staff go."""
        return f"http://127.0.0.1:{self.admin}"

    @property
    def sandbox_url(self) -> str:
        """Where the personas' phones are."""
        return f"http://127.0.0.1:{self.sandbox}"


def inherited_environment() -> dict[str, str]:
    """The few variables of this shell that a program may see."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ}


def web_server(application: str, *, port: int, workers: int, threads: int) -> list[str]:
    """Granian's command line for a WSGI application on loopback."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", str(workers), "--blocking-threads", str(threads), "--respawn-failed-workers"),
        *("--workers-kill-timeout", "8", "--no-ws", application),
    ]


# A brand's turn of sends mostly waits for Meta's answers; three numbers keep their rates by three processes.
PROCESSES = {"relay": 2, "send": 3, "bulk": 1}


def celery_worker(queue: str) -> list[str]:
    """A Celery worker for one queue, with its processes."""
    return [
        *(sys.executable, "-m", "celery", "-A", "smartbis.celery", "worker", "--queues", queue),
        *("--hostname", f"{queue}@%h", "--concurrency", str(PROCESSES[queue]), "--loglevel", "INFO"),
    ]


def all_programs(
    *, addresses: Addresses, data_dir: Path, app: Mapping[str, str], platform: Mapping[str, str]
) -> list[Program]:
    """Every program of the house.

    app and platform are the environments of their two database logins; the sandbox, which stands for somebody
    else's server, gets neither.
    """
    beat = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "smartbis.celery",
        "beat",
        "--pidfile=",
        "--loglevel",
        "INFO",
    ]
    sandbox = [sys.executable, "-m", "sandbox", "--host", "127.0.0.1", "--port", str(addresses.sandbox)]
    return [
        Program(
            name="web",
            command=web_server("smartbis.wsgi:application", port=addresses.web, workers=2, threads=4),
            environment=app,
        ),
        Program(
            name="admin",
            command=web_server("smartbis.wsgi:application", port=addresses.admin, workers=1, threads=2),
            environment=platform,
        ),
        *(
            Program(
                name=queue,
                command=celery_worker(queue),
                environment=app,
                nice=10 if queue == "bulk" else 0,
            )
            for queue in QUEUES
        ),
        Program(
            name="scheduler",
            command=[*beat, "--schedule", str(data_dir / "scheduler" / "beat")],
            environment=app,
        ),
        Program(name="sandbox", command=[*sandbox, "--state", str(data_dir / "sandbox.sqlite")], environment={}),
        Program(
            name="watcher",
            command=[sys.executable, "-m", "smartbis.local.watcher"],
            environment={"DATABASE_APP_URL": app["DATABASE_APP_URL"]},
        ),
    ]


def configuration(programs: Sequence[Program], *, data_dir: Path, socket: Path) -> str:
    """supervisord's configuration file; it holds secrets, so write it for its owner's eyes only."""
    lines = [
        *("[supervisord]", "nodaemon=true", "silent=true", f"directory={_escaped(str(ROOT))}"),
        f"logfile={_escaped(str(data_dir / 'logs' / 'supervisor.log'))}",
        *(f"pidfile={_escaped(str(data_dir / 'supervisor.pid'))}", "logfile_backups=2", "umask=077", ""),
        *("[unix_http_server]", f"file={socket}", "chmod=0700", ""),
        "[rpcinterface:supervisor]",
        *("supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface", ""),
        *(f"[group:{GROUP}]", f"programs={','.join(program.name for program in programs)}", ""),
    ]
    for program in programs:
        lines += _section(program, data_dir=data_dir)
    return "\n".join(lines) + "\n"


def _section(program: Program, *, data_dir: Path) -> list[str]:
    # supervisord itself may be killed, and nothing of it may be left
    nice = ["--nice", str(program.nice)] if program.nice else []
    command = [*doorstep(death_signal=signal.SIGTERM, options=nice), "--", *program.command]
    environment = ",".join(f'{name}="{_escaped(value)}"' for name, value in program.environment.items())
    return [
        *(f"[program:{program.name}]", f"command={_escaped(_joined(command))}"),
        *([f"environment={environment}"] if environment else []),
        *("autostart=true", "autorestart=true", "startsecs=2", "startretries=20"),
        *("stopsignal=TERM", f"stopwaitsecs={program.stop_seconds}", "stopasgroup=true", "killasgroup=true"),
        f"stdout_logfile={_escaped(str(data_dir / 'logs' / program.name))}.log",
        *("redirect_stderr=true", "stdout_logfile_maxbytes=20MB", "stdout_logfile_backups=2", ""),
    ]


def _joined(command: Sequence[str]) -> str:
    # supervisord splits with shlex; what it cannot be told is a semicolon after a blank, which begins a comment
    return " ".join('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in command)


def _escaped(value: str) -> str:
    # supervisord expands %(name)s everywhere
    return value.replace("%", "%%")
