"""`with-servers`: servers for the length of a command."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from smartbis.local import processes
from tests.local.conftest import processes_of

COMMAND = [sys.executable, "-m", "smartbis.local", "with-servers", "--fast"]
SHOW = [sys.executable, "-c", "import os; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL'])"]


def without_servers() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}


def test_the_exit_code_of_the_command_is_given_back(data_dir):
    done = subprocess.run(
        [*COMMAND, "--data-dir", str(data_dir), "--", "sh", "-c", "exit 7"], env=without_servers(), check=False
    )
    assert done.returncode == 7


def test_without_a_data_folder_nothing_is_left_on_disk(data_dir):
    environment = {**without_servers(), "TMPDIR": str(data_dir)}
    done = subprocess.run([*COMMAND, "--", *SHOW], env=environment, capture_output=True, text=True, check=True)
    assert "postgresql://smartbis:" in done.stdout
    assert list(data_dir.iterdir()) == []


def test_servers_named_by_the_environment_are_believed(data_dir):
    environment = {**os.environ, "DATABASE_URL": "postgresql://db.example/x", "REDIS_URL": "redis://cache.example/0"}
    done = subprocess.run(
        [*COMMAND, "--data-dir", str(data_dir), "--", *SHOW],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["postgresql://db.example/x", "redis://cache.example/0"]
    assert not (data_dir / "postgres").exists()


def test_the_addresses_of_the_last_run_are_known_unless_others_are_set(data_dir):
    addresses = {"base_url": "http://127.0.0.1:9000", "admin_url": "http://127.0.0.1:9001", "sandbox_url": "http://s"}
    (data_dir / "credentials.json").write_text(json.dumps({**addresses, "tenants": []}))
    given = {name: value for name, value in os.environ.items() if name != "BASE_URL"}
    environment = {**given, "DATABASE_URL": "postgresql://db.example/x", "REDIS_URL": "redis://cache.example/0"}
    environment["ADMIN_URL"] = "http://admin.example"
    show = [sys.executable, "-c", "import os; print(os.environ['BASE_URL'], os.environ['ADMIN_URL'])"]
    command = [*COMMAND, "--data-dir", str(data_dir), "--", *show]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["http://127.0.0.1:9000", "http://admin.example"]


def test_compiled_sources_are_kept_whatever_the_shell_says(data_dir):
    named = {"DATABASE_URL": "postgresql://db.example/x", "REDIS_URL": "redis://cache.example/0"}
    show = [sys.executable, "-c", "import sys; print(sys.dont_write_bytecode)"]
    done = subprocess.run(
        [*COMMAND, "--data-dir", str(data_dir), "--", *show],
        env={**os.environ, **named, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["False"]


def test_an_unknown_command_is_told():
    done = subprocess.run(
        [*COMMAND, "--", "no-such-command"],
        env={**os.environ, "DATABASE_URL": "postgresql://db.example/x", "REDIS_URL": "redis://cache.example/0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 127
    assert "There is no command no-such-command" in done.stdout


def stopped_by(number: signal.Signals, data_dir: Path) -> int:
    """Start servers beside a sleep, send `number` to the whole process group, and wait for the end."""
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            [*COMMAND, "--data-dir", str(data_dir), "--", "sh", "-c", "echo up; sleep 60"],
            env=without_servers(),
            stdout=output,
            start_new_session=True,
        )

        def is_up() -> bool:
            output.seek(0)
            return "up" in output.read()

        assert processes.wait_until(is_up, waiting_for="servers", at_most=30)
        os.killpg(process.pid, number)
        return process.wait(timeout=30)


def test_ctrl_c_leaves_nothing_running(data_dir):
    assert stopped_by(signal.SIGINT, data_dir) == 130
    assert processes_of(data_dir) == []


def test_sigterm_leaves_nothing_running(data_dir):
    assert stopped_by(signal.SIGTERM, data_dir) == 143
    assert processes_of(data_dir) == []
