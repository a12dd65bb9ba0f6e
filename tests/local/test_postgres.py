"""The wrapper over PostgreSQL's binaries: every way in which a start can find the place."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest

from smartbis.local import postgres as module
from smartbis.local import processes
from smartbis.local.folders import runtime_folder
from smartbis.local.postgres import Postgres, stop_postmaster
from smartbis.local.processes import Identity
from smartbis.local.terminal import LocalError


def query(server: Postgres, statement: str) -> object:
    with psycopg.connect(server.url) as connection:
        row = connection.execute(statement).fetchone()
        assert row is not None
        return row[0]


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """A data folder with a cluster, stopped; made once, since initdb takes its time."""
    folder = tmp_path_factory.mktemp("cluster")
    server = Postgres(folder, fast=True)
    server.start()
    server.stop()
    return folder


@pytest.fixture
def server(data_dir, made_once):
    shutil.copytree(made_once, data_dir, dirs_exist_ok=True)
    server = Postgres(data_dir, fast=True)
    server.start()
    yield server
    server.stop()


def test_first_start_makes_the_owner_and_nobody_may_enter_without_a_password(server):
    assert query(server, "SELECT current_user::text") == "smartbis"
    assert query(
        server, "SELECT rolcreatedb AND rolcreaterole AND NOT rolsuper FROM pg_roles WHERE rolname = current_user"
    )
    assert query(server, "SELECT datlocprovider::text FROM pg_database WHERE datname = current_database()") == "b"
    assert query(server, "SHOW listen_addresses") == ""
    assert query(server, "SELECT lower('ÇÃO')") == "ção"
    open_url = server.url.replace(server.url.split(":")[2].split("@")[0], "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(open_url)


def test_secrets_and_sockets_are_private(server, data_dir):
    for path in (data_dir, data_dir / "secrets", server.cluster, runtime_folder(data_dir)):
        assert path.stat().st_mode & 0o777 == 0o700
    for path in (data_dir / "secrets").iterdir():
        assert path.stat().st_mode & 0o777 == 0o600


def test_second_start_reuses_the_running_server_and_does_not_stop_it(server, data_dir):
    second = Postgres(data_dir, fast=True)
    second.start()
    assert second.process is None
    assert second.url == server.url
    second.stop()
    assert query(server, "SELECT 1") == 1


def test_simultaneous_first_starts_give_one_server(data_dir):
    servers = [Postgres(data_dir, fast=True) for _ in range(3)]
    ready, looked_at = threading.Barrier(4), threading.Event()

    def start(server: Postgres) -> None:
        try:
            server.start()
        finally:
            ready.wait(timeout=60)
            looked_at.wait(timeout=60)  # a server ends with the thread that started it

    threads = [threading.Thread(target=start, args=[each]) for each in servers]
    for thread in threads:
        thread.start()
    ready.wait(timeout=60)
    try:
        assert sum(each.process is not None for each in servers) == 1
        assert {query(each, "SELECT pg_postmaster_start_time()::text") for each in servers} == {
            query(servers[0], "SELECT pg_postmaster_start_time()::text")
        }
    finally:
        looked_at.set()
        for thread in threads:
            thread.join()
        for each in servers:
            each.stop()


def test_data_outlives_a_killed_server(server, data_dir):
    server.stop()
    server.fast = False
    server.start()
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    assert server.process is not None
    # nobody reaps the postmaster before the next start: it stays a zombie, as where process 1 reaps nothing
    os.kill(server.process.pid, signal.SIGKILL)
    again = Postgres(data_dir)
    again.start()
    try:
        assert query(again, "SELECT answer FROM kept") == 42
    finally:
        again.stop()
        server.process = None


def test_pid_file_naming_an_unrelated_live_process_is_removed(server, data_dir):
    server.stop()
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        (server.cluster / "postmaster.pid").write_text(
            f"{stranger.pid}\n{server.cluster}\n1700000000\n5432\n{runtime_folder(data_dir)}\n\n  1 1\nready\n"
        )
        server.start()
        assert server.process is not None
        assert query(server, "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.parametrize("text", ["", "12", "not a number\n"])
def test_pid_file_cut_short_does_not_stop_a_start(server, text):
    server.stop()
    (server.cluster / "postmaster.pid").write_text(text)
    server.start()
    assert query(server, "SELECT 1") == 1


def test_interrupted_initdb_leaves_no_half_cluster(data_dir):
    half = data_dir / "postgres.new-abandoned"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    server = Postgres(data_dir, fast=True)
    server.start()
    try:
        assert not half.exists()
        assert query(server, "SELECT 1") == 1
    finally:
        server.stop()


def test_failed_initdb_is_told_and_tried_again(data_dir, monkeypatch):
    server = Postgres(data_dir, fast=True)
    with monkeypatch.context() as patched:
        patched.setattr(module, "binary", lambda name: Path(shutil.which("false") or "/bin/false"))
        with pytest.raises(LocalError, match="initdb failed"):
            server.start()
    assert [path.name for path in data_dir.iterdir() if path.name.startswith("postgres.new")] == []
    server.start()
    server.stop()


def test_cluster_of_another_major_version_is_refused(server):
    server.stop()
    (server.cluster / "PG_VERSION").write_text("17\n")
    with pytest.raises(LocalError, match="made by PostgreSQL 17"):
        server.start()


def test_lost_secrets_are_named(server, data_dir):
    server.stop()
    shutil.rmtree(data_dir / "secrets")
    other = Postgres(data_dir, fast=True)
    with pytest.raises(LocalError, match="lacks the password"):
        other.start()
    other.stop()


def test_start_that_fails_shows_the_end_of_the_log(server):
    server.stop()
    (server.cluster / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(LocalError, match="no_such_setting"):
        server.start()


def test_server_ends_with_the_process_that_started_it(data_dir):
    program = (
        "import sys, time; from pathlib import Path; from smartbis.local.postgres import Postgres\n"
        "server = Postgres(Path(sys.argv[1]), fast=True); server.start()\n"
        "print(server.process.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, str(data_dir)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    lines = iter(parent.stdout.readline, "")
    postmaster = next(int(line) for line in lines if line.strip().isdigit())
    parent.kill()
    parent.wait()
    assert processes.wait_until(lambda: not processes.is_alive(postmaster), waiting_for="the end", at_most=20)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may change its user")
def test_root_without_user_namespaces_drops_to_nobody(data_dir, monkeypatch):
    nobody = processes._nobody()
    dropped = Identity(("--uid", str(nobody.pw_uid), "--gid", str(nobody.pw_gid)), nobody.pw_uid)
    server = Postgres(data_dir, fast=True)
    server.start()  # as usual first: the cluster is root's then
    server.stop()
    monkeypatch.setattr(processes, "unprivileged_identity", lambda: dropped)
    server.start()
    try:
        assert server.process is not None
        owner = Path(f"/proc/{server.process.pid}").stat().st_uid
        assert owner == nobody.pw_uid
        assert query(server, "SELECT 1") == 1
    finally:
        server.stop()
    monkeypatch.undo()
    server.start()
    server.stop()


def test_stopping_a_server_that_is_gone_is_no_error():
    gone = subprocess.Popen(["true"])
    gone.wait()
    stop_postmaster(gone.pid)
