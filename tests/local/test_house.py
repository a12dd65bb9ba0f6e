"""`make run`: everything up, everything down, and what comes between."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from smartbis.local import house, processes
from smartbis.local.terminal import LocalError
from tests.local import stand_in
from tests.local.conftest import processes_of

PATIENCE_SECONDS = 90


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return stand_in.build(tmp_path_factory.mktemp("project"))


@contextlib.contextmanager
def running(project: Path, data_dir: Path, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """The house of `project`, up and answering; killed hard if the test has not stopped it."""
    credentials = data_dir / "credentials.json"
    credentials.unlink(missing_ok=True)
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")}
    with (data_dir / "terminal.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "smartbis.local", "run", "--port", "0", "--data-dir", str(data_dir), *more],
            cwd=project,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        processes.wait_until(
            lambda: credentials.exists() or process.poll() is not None,
            waiting_for="the house",
            at_most=PATIENCE_SECONDS,
        )
        assert credentials.exists(), processes.tail(data_dir / "terminal.log", lines=40)
        yield process
    finally:
        process.kill()
        process.wait()


def credentials_in(data_dir: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((data_dir / "credentials.json").read_text())
    return found


def environment_of(url: str) -> dict[str, str]:
    """The variables of the stand-in's web process, which answers with them."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=5) as answer:
        found: dict[str, str] = json.load(answer)
        return found


def stop(process: subprocess.Popen[bytes], number: signal.Signals) -> int:
    os.killpg(process.pid, number)
    return process.wait(timeout=PATIENCE_SECONDS)


@pytest.mark.slow
def test_a_day_in_the_house(project, data_dir):
    """First run, Ctrl-C, second run with the same data, a launcher killed, and a recovery."""
    with running(project, data_dir) as first:
        credentials = credentials_in(data_dir)
        assert (data_dir / "credentials.json").stat().st_mode & 0o777 == 0o600
        assert credentials["tenants"][0]["portal_url"] == f"{credentials['base_url']}/p/one/"
        assert_each_knows_its_own_login(credentials)
        assert stop(first, signal.SIGINT) == 0
    assert processes_of(data_dir) == []

    with running(project, data_dir) as second:
        again = credentials_in(data_dir)
        assert again["tenants"][0]["users"] == credentials["tenants"][0]["users"]
        assert again["tenants"][0]["portal_url"] == f"{again['base_url']}/p/one/"
        second.kill()
        second.wait()

    with running(project, data_dir) as third:
        assert credentials_in(data_dir)["tenants"][0]["users"] == credentials["tenants"][0]["users"]
        assert stop(third, signal.SIGTERM) == 0
    assert processes_of(data_dir) == []


def assert_each_knows_its_own_login(credentials: dict[str, Any]) -> None:
    web, admin = environment_of(credentials["base_url"]), environment_of(credentials["admin_url"])
    assert {name for name in web if name.startswith("DATABASE_")} == {"DATABASE_LOGIN", "DATABASE_APP_URL"}
    assert {name for name in admin if name.startswith("DATABASE_")} == {"DATABASE_LOGIN", "DATABASE_PLATFORM_URL"}
    assert web["WHATSAPP_GRAPH_URL"] == credentials["sandbox_url"]
    assert admin["SMARTBIS_SURFACE"] == "platform"


@pytest.mark.slow
def test_a_command_runs_in_the_house_and_ends_it(project, data_dir):
    look = "import os, sys; sys.exit(9 if os.path.exists(os.environ['CREDENTIALS']) else 1)"
    with running(project, data_dir, "--", sys.executable, "-c", look) as process:
        assert process.wait(timeout=PATIENCE_SECONDS) == 9
    assert processes_of(data_dir) == []


def test_a_taken_port_is_told():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(LocalError, match=f"Port {port} is taken"):
            house.choose_addresses(port)


def test_taken_neighbours_are_passed_over():
    wanted = processes.free_port()
    with socket.socket() as other:
        other.bind(("127.0.0.1", wanted + 1))
        other.listen()
        addresses = house.choose_addresses(wanted)
    assert addresses.web == wanted
    assert len({wanted, wanted + 1, addresses.admin, addresses.sandbox}) == 4


def test_two_runs_in_one_folder_are_refused(data_dir):
    with house.alone_in(data_dir), pytest.raises(LocalError, match=f"process {os.getpid()}"), house.alone_in(data_dir):
        pass


def test_a_failing_step_shows_the_end_of_its_output(data_dir):
    with pytest.raises(LocalError, match="no luck today"):
        house.step(
            "Trying",
            [sys.executable, "-c", "import sys; sys.exit('no luck today')"],
            variables=dict(os.environ),
            log=data_dir / "logs" / "prepare.log",
        )
