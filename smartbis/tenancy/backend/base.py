"""The database engine `smartbis.tenancy.backend`."""

import select
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Cursor, adapters
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import Loader
from psycopg.pq import Format, PipelineStatus

from smartbis.tenancy.backend.adapting import adapt
from smartbis.tenancy.backend.schema import TenantSchemaEditor

_Timestamps = adapters.get_loader(adapters.types["timestamptz"].oid, Format.TEXT)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's PostgreSQL wrapper with our schema editor, prepared statements, and several statements in one trip."""

    SchemaEditorClass = TenantSchemaEditor

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection to which values go as `adapt` says.

        Instants are read by psycopg's compiled loader in half a microsecond each. Django's derives from the one written
        in Python, which takes seven: a seventh of the time of reading rows with many of them.

        Those that the server closed while they lay in the pool are passed over: after it was started anew each would
        fail somebody's work.
        """
        connection = super().get_new_connection(conn_params)
        for _ in range(self.pool.max_size if self.pool else 0):
            if not _was_closed(connection):
                break
            connection.close()
            self.pool.putconn(connection)
            connection = super().get_new_connection(conn_params)
        adapt(connection)
        connection.adapters.register_loader("timestamptz", _InstantLoader)
        return connection

    def prepared_cursor(self) -> Any:
        """A cursor like `cursor()`, for fixed statements that are said all day.

        The server parses and plans each once a connection rather than every time. Statements are counted, timed and
        their errors wrapped as always.
        """
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            return self._prepare_cursor(Cursor(self.connection))  # type: ignore[attr-defined]

    @contextmanager
    def one_trip(self) -> Iterator[None]:
        """Statements of prepared cursors within the block go out together; the block waits once, at its end.

        Results may be fetched after the block. An error of any of them is raised by the block, or by an earlier fetch.
        A block inside another joins it: who fetches within the outer one waits there and then.
        """
        self.close_if_health_check_failed()
        self.ensure_connection()
        if self.connection.info.pipeline_status != PipelineStatus.OFF:
            yield
            return
        with self.wrap_database_errors, self.connection.pipeline():
            yield


class _InstantLoader(Loader):
    """psycopg's own loader of instants, which cannot be derived from, as Django asks for it: with its time zone."""

    timezone = UTC  # that of every session: `TIME_ZONE` of no database is set

    def __init__(self, oid: int, context: AdaptContext | None = None) -> None:
        super().__init__(oid, context)
        assert _Timestamps is not None
        self._load = _Timestamps(oid, context).load

    def load(self, data: Buffer) -> Any:
        return self._load(data)


def _was_closed(connection: Any) -> bool:
    """Whether the server ended an idle session: it then said so, or hung up, and nobody has read that yet."""
    look = select.poll()
    look.register(connection.fileno(), select.POLLIN)
    return bool(look.poll(0))
