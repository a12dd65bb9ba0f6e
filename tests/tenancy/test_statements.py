"""Fixed statements: prepared by the server, single rows as plain values, several in one trip."""

import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import DataError, connection, transaction

from smartbis.tenancy.scope import Reading, read_together, tenant_scope
from smartbis.tenancy.statements import execute_rows, one_trip, prepared_cursor

PAIRS = "SELECT n, t, %(plus)s::bigint FROM unnest(%(numbers)s::bigint[], %(texts)s::text[]) AS p(n, t) ORDER BY n"


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_columns_of_any_length_come_back_as_rows(aurora, rows):
    numbers, texts = list(range(rows)), [f"t{number}" for number in range(rows)]
    with prepared_cursor() as cursor:
        execute_rows(cursor, PAIRS, {"numbers": numbers, "texts": texts, "plus": 2**40})
        assert cursor.fetchall() == [(number, f"t{number}", 2**40) for number in numbers]


AWKWARD = ["", "NULL", 'a "b"', "c\\d", "{e,f}", "g\x1fh", " i ", "j'k", "ção", "l\nm"]
COLUMNS: dict[str, list[Any]] = {
    "uuid": [UUID(int=1), UUID(int=2**128 - 1)],
    "int": [-1, 0, 7],
    "bigint": [-(2**60), 2**60],
    "boolean": [True, False],
    "date": [date(2026, 2, 28), date(1999, 12, 31)],
    "timestamptz": [datetime(2026, 5, 4, 12, 30, 1, 250, tzinfo=UTC), datetime(1999, 1, 1, tzinfo=UTC)],
    "bytea": [b"", b'\x00\\"\xff'],
    "text": AWKWARD,
}


@pytest.mark.parametrize("kind", COLUMNS)
@pytest.mark.parametrize("with_nothing", [False, True])
def test_a_column_comes_back_as_it_went(aurora, kind, with_nothing):
    values = COLUMNS[kind] + [None] * with_nothing
    with prepared_cursor() as cursor:
        execute_rows(cursor, f"SELECT v FROM unnest(%(values)s::{kind}[]) AS c(v)", {"values": values})
        assert [row[0] for row in cursor.fetchall()] == values


def test_texts_that_are_json_stay_what_they_say(aurora):
    documents = [json.dumps({"name": each, "parts": [each, None, 1.5]}) for each in AWKWARD]
    with prepared_cursor() as cursor:
        execute_rows(cursor, "SELECT v ->> 'name' FROM unnest(%(values)s::jsonb[]) AS c(v)", {"values": documents})
        assert [row[0] for row in cursor.fetchall()] == AWKWARD


@pytest.mark.parametrize("numbers", [[2**63, 1], [2**63], [None, 2**63, 1]])
def test_a_number_too_large_is_a_data_error(aurora, numbers):
    columns = {"numbers": numbers, "texts": ["t"] * len(numbers), "plus": 1}
    with pytest.raises(DataError), transaction.atomic(), prepared_cursor() as cursor:
        execute_rows(cursor, PAIRS, columns)


def test_a_column_of_one_nothing_is_null(aurora):
    with prepared_cursor() as cursor:
        execute_rows(cursor, PAIRS, {"numbers": [None], "texts": [None], "plus": 1})
        assert cursor.fetchall() == [(None, None, 1)]


@pytest.mark.django_db(transaction=True)
def test_the_server_keeps_a_statement_whatever_the_numbers_are(aurora):
    statement = "SELECT %s + 1 AS kept_by_the_server"
    with transaction.atomic():
        for number in (1, 70_000, 2**40, 7):
            with prepared_cursor() as cursor:
                cursor.execute(statement, [number])
                assert cursor.fetchone() == (number + 1,)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%kept_by_the_server%%'")
            assert cursor.fetchone() == (1,)


def test_an_error_of_a_trip_is_a_database_error(aurora):
    with pytest.raises(DataError), transaction.atomic(), one_trip(), prepared_cursor() as cursor:
        cursor.execute("SELECT 1 / %s", [0])
    with prepared_cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_a_named_reading_is_asked_once_in_a_scope(aurora, django_assert_num_queries):
    named = Reading("SELECT 1", (), lambda rows: rows[0][0], "one")
    unnamed = Reading("SELECT 2", (), lambda rows: rows[0][0])
    with tenant_scope(aurora.id):
        with django_assert_num_queries(2):
            assert read_together(named, unnamed) == [1, 2]
        with django_assert_num_queries(1):
            assert read_together(unnamed, named) == [2, 1]
