"""The process: what survives a restart, ports, state files, and that it stands alone."""

import ast
import subprocess
import sys
from pathlib import Path

from sandbox import numbers
from tests.sandbox.process import ROOT, Number, Receiver, Sandbox, until, use

ANA = "+5511988887777"


def test_a_restart_keeps_channels_templates_messages_and_undelivered_webhooks(
    tmp_path: Path, receiver: Receiver
) -> None:
    state = tmp_path / "state.sqlite"
    first = Sandbox(state)
    number = Number(first, "100001", "900001", "token-aurora", receiver.url)
    number.register()
    number.template("notice", "Texto fixo")
    receiver.answers[:] = [503] * 50
    wamid = number.accepted(ANA, "template", use("notice"))
    until(lambda: receiver.posts)
    first.stop()
    assert first.process.returncode == 0
    receiver.clear()
    second = Sandbox(state, first.port)
    try:
        number.sandbox = second
        receiver.reached(wamid, "delivered")
        assert second.messages(ANA)[0]["id"] == wamid
        number.accepted(ANA, "template", use("notice"))
    finally:
        second.stop()


def test_a_taken_port_is_said_and_refused(sandbox: Sandbox) -> None:
    command = [sys.executable, "-m", "sandbox", "--port", str(sandbox.port)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert f"can't listen on 127.0.0.1:{sandbox.port}" in done.stderr


def test_a_strange_state_file_is_refused_untouched(tmp_path: Path) -> None:
    state = tmp_path / "notes.txt"
    state.write_text("my shopping list, longer than a header of a database would be " * 4)
    before = state.read_bytes()
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--state", str(state)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 2
    assert "is not a state file" in done.stderr
    assert state.read_bytes() == before


def test_a_hanging_call_does_not_hold_up_the_stop(receiver: Receiver) -> None:
    one = Sandbox()
    number = Number(one, "100001", "900001", "token-aurora", receiver.url)
    number.register()
    one.control("faults", {"kind": "timeout_before", "seconds": 60})
    curl = "import requests,sys; requests.post(sys.argv[1], json={}, headers={'Authorization': 'Bearer token-aurora'})"
    caller = subprocess.Popen(
        [sys.executable, "-c", curl, f"{one.url}/v26.0/100001/messages"], stderr=subprocess.DEVNULL
    )
    until(lambda: one.control("faults")["results"] == [])
    one.stop()
    caller.wait(timeout=10)


def test_it_imports_nothing_of_the_platform() -> None:
    allowed = {*sys.stdlib_module_names, "sandbox", "granian"}
    for path in (ROOT / "sandbox").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {name.split(".")[0] for name in names} <= allowed, path


def test_brazilian_numbers_meet_under_thirteen_digits() -> None:
    assert numbers.canonical("551188887777") == "5511988887777"
    assert numbers.canonical("+55 (11) 98888-7777") == "5511988887777"
    assert numbers.canonical("+55 11 4000-1000") == "551140001000"
    assert numbers.canonical("+351 912 345 678") == "351912345678"
    assert numbers.without_ninth_digit("5511988887777") == "551188887777"
    assert numbers.without_ninth_digit("551140001000") == "551140001000"


def test_numbers_without_plus_get_the_senders_country() -> None:
    sender = "+55 11 4000-1000"
    assert numbers.dialled("11988887777", sender) == "5511988887777"
    assert numbers.dialled("5511988887777", sender) == "5511988887777"
    assert numbers.dialled("+16505551234", sender) == "16505551234"
    assert numbers.dialled("55 988887777", sender) == "5555988887777"
    assert numbers.dialled("call me", sender) is None
    assert numbers.dialled("+1", sender) is None
