"""Connections that wait in a process's pool."""

from copy import deepcopy

import pytest
from django.db import connection

from smartbis.tenancy.backend.base import DatabaseWrapper

pytestmark = pytest.mark.django_db(transaction=True)


def _pooled(size: int) -> list[DatabaseWrapper]:
    """Wrappers that share one pool, as the threads of a process do."""
    settings = deepcopy(connection.settings_dict)
    settings["OPTIONS"]["pool"] = {"min_size": 0, "max_size": size, "timeout": 10}
    return [DatabaseWrapper(settings, alias="pooled") for _ in range(size)]


def _session(wrapper: DatabaseWrapper) -> int:
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def test_sessions_that_the_server_ended_fail_nobodys_work() -> None:
    wrappers = _pooled(4)
    try:
        sessions = {_session(each) for each in wrappers}
        for each in wrappers:
            each.close()
        assert {_session(each) for each in wrappers} == sessions, "they are kept"
        for each in wrappers:
            each.close()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(pg_terminate_backend(pid, 5000)) FROM unnest(%s::int[]) pid", [list(sessions)])
        found = {_session(each) for each in wrappers}
        assert len(found) == 4
        assert not found & sessions
    finally:
        for each in wrappers:
            each.close()
        wrappers[0].close_pool()
