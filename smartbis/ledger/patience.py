"""How long adding up all of a brand's transfers may take: longer than a statement that a page waits for."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import OperationalError
from psycopg.errors import QueryCanceled

from smartbis.ledger.errors import LedgerTooLarge

LONG = timedelta(minutes=15)


def be_patient(cursor: Any, patience: timedelta) -> None:
    """Let each statement of this transaction take so long."""
    cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{patience // timedelta(milliseconds=1)}ms"])


@contextmanager
def told_if_too_large() -> Iterator[None]:
    """A statement that took longer than it may says so. Raises LedgerTooLarge; the transaction is lost."""
    try:
        yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise LedgerTooLarge from error
        raise
