"""When a worker counts as deaf."""

import psycopg
import pytest

from smartbis.local import watcher

UP = {"relay": 500.0, "send": 500.0, "bulk": 500.0, "web": 500.0}


@pytest.mark.parametrize(
    ("silence", "uptime", "deaf"),
    [
        ({"relay": 1, "send": 1, "bulk": 1}, UP, []),
        ({"relay": 1, "send": 61, "bulk": 1}, UP, ["send"]),
        ({"relay": 1, "send": 1, "bulk": 299}, UP, []),
        ({"relay": 1, "send": 1}, UP, ["bulk"]),
        ({"relay": 1, "send": 61, "bulk": 1}, {**UP, "send": 119.0}, []),
        ({"relay": 1, "send": 61, "bulk": 1}, {"relay": 500.0}, []),
        ({"relay": 90, "send": 90, "bulk": 900}, UP, ["relay", "send", "bulk"]),
    ],
    ids=["all beat", "one silent", "long turn", "never beat", "just started", "not running", "all silent"],
)
def test_deaf_queues(silence, uptime, deaf):
    assert watcher.deaf_queues(silence, uptime) == deaf


class Supervisor:
    """Records what it is asked for."""

    def __init__(self):
        self.calls = []

    def getAllProcessInfo(self):
        return [{"name": "send", "now": 1000, "start": 0, "statename": "RUNNING"}]

    def stopProcess(self, name):
        self.calls.append(("stop", name))

    def startProcess(self, name):
        self.calls.append(("start", name))


def test_a_deaf_worker_is_restarted(monkeypatch):
    monkeypatch.setattr(watcher, "silence_by_queue", lambda url: {"relay": 1.0, "send": 100.0, "bulk": 1.0})
    supervisor = Supervisor()
    watcher.look_once(supervisor, "postgresql:///")
    assert supervisor.calls == [("stop", "smartbis:send"), ("start", "smartbis:send")]


def test_nothing_is_restarted_while_the_database_is_silent(monkeypatch):
    def refuse(*args, **kwargs):
        raise psycopg.OperationalError("no answer")

    monkeypatch.setattr(psycopg, "connect", refuse)
    supervisor = Supervisor()
    watcher.look_once(supervisor, "postgresql:///")
    assert supervisor.calls == []
