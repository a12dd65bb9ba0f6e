"""How long adding up all of a brand's transfers may take: longer than a statement that a page waits for."""

from datetime import timedelta
from typing import Any

LONG = timedelta(minutes=15)


def be_patient(cursor: Any, patience: timedelta) -> None:
    """Let each statement of this transaction take so long."""
    cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{patience // timedelta(milliseconds=1)}ms"])
