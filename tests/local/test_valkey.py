"""The wrapper over Valkey's binary."""

import os
import signal

import pytest
import redis

from smartbis.local.valkey import Valkey


@pytest.fixture
def server(data_dir):
    server = Valkey(data_dir)
    server.start()
    yield server
    server.stop()


def client(server: Valkey) -> redis.Redis:
    return redis.Redis.from_url(server.url)


def test_it_wants_a_password_keeps_its_data_and_forgets_nothing_for_room(server):
    with client(server) as connection:
        assert connection.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        connection.set("kept", "1")
    with redis.Redis(port=server.port) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()
    server.stop()
    server.start()
    with client(server) as connection:
        assert connection.get("kept") == b"1"


def test_second_start_reuses_the_running_server(server, data_dir):
    second = Valkey(data_dir)
    second.start()
    assert second.process is None
    assert second.url == server.url
    second.stop()
    with client(server) as connection:
        assert connection.ping()


def test_a_killed_server_is_replaced_and_its_log_replayed(server, data_dir):
    with client(server) as connection:
        connection.set("kept", "1")
        connection.execute_command("WAITAOF", 1, 0, 2000)
    assert server.process is not None
    os.kill(server.process.pid, signal.SIGKILL)
    again = Valkey(data_dir)
    again.start()
    try:
        with client(again) as connection:
            assert connection.get("kept") == b"1"
    finally:
        again.stop()
        server.process = None


def test_the_password_is_not_on_the_command_line(server, data_dir):
    password = (data_dir / "secrets" / "valkey").read_text().strip()
    assert server.process is not None
    with open(f"/proc/{server.process.pid}/cmdline") as file:
        assert password not in file.read()
    assert (server.folder / "valkey.conf").stat().st_mode & 0o777 == 0o600
