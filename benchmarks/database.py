"""The database that is measured: made by its owner, used by the application's login under row-level security."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import psutil
import psycopg
from psycopg import sql

from smartbis.tenancy.backend.adapting import adapt
from smartbis.tenancy.logins import derived_url

NAME = "smartbis_bench"

_FOREIGN_KEYS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %(table)s::regclass AND contype = 'f'
"""
_PLAIN_INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = %(table)s::regclass AND NOT indisunique
"""
_name = sql.Identifier


@dataclass(frozen=True)
class Database:
    """The addresses of its owner and of the application's login."""

    owner_url: str
    app_url: str

    def as_owner(self) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection that commits every statement; whoever asks closes it."""
        return psycopg.connect(self.owner_url, autocommit=True)

    def as_app(self, **options: Any) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection as the web process has it, without Django; values go over it as over ours."""
        connection = psycopg.connect(self.app_url, **options)
        adapt(connection)
        return connection

    def postmaster(self) -> int | None:
        """The server's process if it runs on this machine: the parent of the one that serves a connection."""
        with self.as_owner() as connection:
            row = connection.execute("SELECT pg_backend_pid()").fetchone()
            backend = psutil.Process(row[0]) if row and psutil.pid_exists(row[0]) else None
            return backend.ppid() if backend and "postgres" in backend.name() else None

    def facts(self) -> dict[str, str]:
        """The settings that decide what a commit costs."""
        names = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size")
        with self.as_owner() as connection:
            return {name: str((connection.execute(f"SHOW {name}").fetchone() or [""])[0]) for name in names}

    @contextlib.contextmanager
    def filling(self, table: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        """A connection to copy millions of rows into a table with.

        Its foreign keys and plain indexes are laid aside meanwhile, and made anew at the end: checked and sorted once.
        """
        named = {"table": table}
        with self.as_owner() as connection:
            keys = connection.execute(_FOREIGN_KEYS, named).fetchall()
            indexes = connection.execute(_PLAIN_INDEXES, named).fetchall()
            for name, _ in keys:
                connection.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(_name(table), _name(name)))
            for name, _ in indexes:
                connection.execute(sql.SQL("DROP INDEX {}").format(_name(name)))
            yield connection
            for _, definition in indexes:
                connection.execute(definition)
            for name, definition in keys:
                added = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} ").format(_name(table), _name(name))
                connection.execute(added + sql.SQL(definition))

    def settle(self) -> None:
        """Let nothing of what went before be paid for by what comes next."""
        with self.as_owner() as connection:
            connection.execute("VACUUM (ANALYZE)")
            if connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (True,):
                connection.execute("CHECKPOINT")

    def for_libpq(self) -> dict[str, str]:
        """The application's login as the variables that PostgreSQL's own programs read."""
        parts = urlsplit(self.app_url)
        query = parse_qs(parts.query)
        return {
            "PGHOST": query.get("host", [parts.hostname or ""])[0],
            "PGPORT": str(query.get("port", [parts.port or "5432"])[0]),
            "PGUSER": unquote(parts.username or ""),
            "PGPASSWORD": unquote(parts.password or ""),
            "PGDATABASE": unquote(parts.path.lstrip("/")),
        }


def made(owner_url: str) -> Database:
    """A fresh database beside the one that `owner_url` names, with every table and login."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME}")
        connection.execute(f"CREATE DATABASE {NAME}")
    url = urlsplit(owner_url)._replace(path=f"/{NAME}").geturl()
    environment = {**os.environ, "DATABASE_URL": url, "DATABASE_LOGIN": "owner", "LOG_LEVEL": "WARNING"}
    for command in (["create_logins"], ["migrate", "--verbosity", "0"]):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            env=environment,
            cwd=Path(__file__).resolve().parent.parent,
            stdout=subprocess.DEVNULL,
            check=True,
        )
    return Database(owner_url=url, app_url=derived_url(url, "app"))


def dropped(owner_url: str) -> None:
    """Remove the database again, once this process has let go of it."""
    from django.db import connection as ours

    ours.close()
    ours.close_pool()  # type: ignore[attr-defined]
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME}")
