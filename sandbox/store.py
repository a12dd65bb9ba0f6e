"""SQLite as the stand-in's only memory: one file, one connection, one thread.

Statements run in an open transaction that is committed every fraction of a second; a crash loses at most that much,
which a stand-in may, and hundreds of sends a second stay cheap.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

SCHEMA_VERSION = 1

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS channels (
  phone_number_id TEXT PRIMARY KEY, waba_id TEXT NOT NULL, token TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS channels_waba ON channels (waba_id);
CREATE TABLE IF NOT EXISTS subscriptions (
  waba_id TEXT PRIMARY KEY, active INTEGER NOT NULL, override_url TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS templates (
  id TEXT PRIMARY KEY, waba_id TEXT NOT NULL, name TEXT NOT NULL, language TEXT NOT NULL, body TEXT NOT NULL,
  UNIQUE (waba_id, name, language));
CREATE TABLE IF NOT EXISTS personas (phone TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS contacts (
  phone_number_id TEXT NOT NULL, phone TEXT NOT NULL, last_inbound_at REAL, last_message_at REAL NOT NULL,
  blocked INTEGER NOT NULL DEFAULT 0, stop_marketing INTEGER NOT NULL DEFAULT 0, typing_until REAL NOT NULL DEFAULT 0,
  PRIMARY KEY (phone_number_id, phone)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, wamid TEXT NOT NULL UNIQUE, phone_number_id TEXT NOT NULL,
  phone TEXT NOT NULL, direction TEXT NOT NULL, type TEXT NOT NULL, payload TEXT NOT NULL, rendered TEXT NOT NULL,
  category TEXT NOT NULL, tracker TEXT, status TEXT NOT NULL, history TEXT NOT NULL, created_at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS messages_thread ON messages (phone_number_id, phone, seq);
CREATE INDEX IF NOT EXISTS messages_phone ON messages (phone, seq);
CREATE TABLE IF NOT EXISTS media (
  id TEXT PRIMARY KEY, phone_number_id TEXT NOT NULL, mime_type TEXT NOT NULL, sha256 TEXT NOT NULL,
  filename TEXT NOT NULL, data BLOB NOT NULL, created_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS samples (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, length INTEGER NOT NULL, handle TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS schedule (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, due_at REAL NOT NULL, wamid TEXT NOT NULL, status TEXT NOT NULL,
  error_code INTEGER);
CREATE INDEX IF NOT EXISTS schedule_due ON schedule (due_at);
CREATE TABLE IF NOT EXISTS updates (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, due_at REAL NOT NULL, waba_id TEXT NOT NULL, phone_number_id TEXT NOT NULL,
  field TEXT NOT NULL, kind TEXT NOT NULL, item TEXT NOT NULL, contact TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS updates_due ON updates (due_at);
CREATE TABLE IF NOT EXISTS deliveries (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, url TEXT NOT NULL, waba_id TEXT NOT NULL, phone_number_id TEXT NOT NULL,
  body BLOB NOT NULL, items INTEGER NOT NULL, state TEXT NOT NULL, attempts TEXT NOT NULL, tries INTEGER NOT NULL,
  next_at REAL NOT NULL, created_at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (state, next_at);
CREATE TABLE IF NOT EXISTS service_counts (
  phone_number_id TEXT NOT NULL, month TEXT NOT NULL, sent INTEGER NOT NULL, PRIMARY KEY (phone_number_id, month));
"""

# Oldest rows go first once a table holds more than this; a stand-in must not fill a disk.
KEEP_ROWS = {"messages": 50_000, "deliveries": 5_000, "media": 500, "samples": 500}


class StateFileError(Exception):
    """The state file was written by another version of the stand-in, or is no state file."""


class Store:
    """The open database. Not thread-safe on purpose: only the event loop's thread may use it."""

    def __init__(self, path: Path | None = None) -> None:
        """Open `path`, creating it with its schema, or a database in memory when there is none.

        Raises: StateFileError when the file belongs to another schema version or is not a database.
        """
        self._connection = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        try:
            found = int(self._connection.execute("PRAGMA user_version").fetchone()[0])
            if found not in (0, SCHEMA_VERSION):
                raise StateFileError(f"{path} has schema {found}, this stand-in reads {SCHEMA_VERSION}")
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.executescript(SCHEMA)
            self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        except sqlite3.DatabaseError as error:
            raise StateFileError(f"{path} is not a state file: {error}") from error

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Execute one writing statement; returns the rows it touched."""
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN")
        return self._connection.execute(sql, values).rowcount

    def insert(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Execute one INSERT; returns the new row's number."""
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN")
        return self._connection.execute(sql, values).lastrowid or 0

    def one(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Row | None:
        """Return the first row or None."""
        row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """Return every row."""
        return self._connection.execute(sql, values).fetchall()

    def commit(self) -> None:
        """Make everything written so far durable."""
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")

    def empty(self, tables: Iterable[str]) -> None:
        """Delete every row of `tables` (names from this module's schema, never from a request)."""
        for table in tables:
            self.run(f"DELETE FROM {table}")  # noqa: S608

    def trim(self) -> None:
        """Drop the oldest rows of the tables that grow with traffic."""
        for table, keep in KEEP_ROWS.items():
            self.run(
                f"DELETE FROM {table} WHERE rowid <= "  # noqa: S608
                f"(SELECT rowid FROM {table} ORDER BY rowid DESC LIMIT 1 OFFSET ?)",
                (keep,),
            )

    def close(self) -> None:
        """Commit and close."""
        self.commit()
        self._connection.close()
