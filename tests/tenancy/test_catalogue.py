"""The check before each start sees an append-only table whose guard is gone, off, or asleep."""

import pytest
from django.db import connection

from smartbis.tenancy.catalogue import Unprotected, verify
from tests.database import as_owner

TABLE = "ledger_transfer"
WHOLE = "BEFORE UPDATE OR DELETE OR TRUNCATE"


def _made(events: str) -> str:
    return f"CREATE TRIGGER append_only {events} ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "fault",
    [
        f"ALTER TABLE {TABLE} DISABLE TRIGGER append_only",
        f"ALTER TABLE {TABLE} ENABLE REPLICA TRIGGER append_only",
        f"DROP TRIGGER append_only ON {TABLE}",
        f"DROP TRIGGER append_only ON {TABLE}; {_made('BEFORE UPDATE OR DELETE')}",
        f"DROP TRIGGER append_only ON {TABLE}; {_made('AFTER UPDATE OR DELETE OR TRUNCATE')}",
    ],
)
def test_a_ledger_whose_guard_does_not_stand_starts_nothing(fault: str) -> None:
    verify()
    _run(fault)
    try:
        with pytest.raises(Unprotected, match=f"{TABLE}: append-only, yet no enabled trigger refuses changes"):
            verify()
    finally:
        _run(f"DROP TRIGGER IF EXISTS append_only ON {TABLE}; {_made(WHOLE)}")
    verify()


def _run(statement: str) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(statement)
