"""Rows out of text: a slip in one row never swallows another."""

import contextlib
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.imports.ahead import read_ahead
from programs.imports.errors import FileRefused, RowError
from programs.imports.reading import read_header, read_rows
from programs.imports.values import instant, money, quantity


def rows_of(text: str, columns: int = 3, after: int = 0) -> list[tuple[int, list[str], str]]:
    lines = text.splitlines(keepends=True)
    return [(row.line, row.cells, row.problem) for row in read_rows(lines, ",", read=0, after=after, columns=columns)]


def test_the_header_tells_the_delimiter_outside_quotes() -> None:
    assert read_header(['"a,b,c";d;e\n']) == (("a,b,c", "d", "e"), ";", 1)
    assert read_header(["\ufeff;;\n", "x\ty\n"]) == (("x", "y"), "\t", 2)


@pytest.mark.parametrize(("line", "reason"), [("a,b,a\n", "columns_repeated"), ("\n", "no_header")])
def test_a_header_that_makes_no_sense_is_refused(line: str, reason: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        read_header([line])
    assert refusal.value.params["reason"] == reason


def test_quoted_cells_may_hold_delimiters_quotes_and_lines() -> None:
    text = 'a,"b,1",c\nd,"e ""x""\nmore",f\n12" record,x,y\n'
    assert rows_of(text) == [
        (1, ["a", "b,1", "c"], ""),
        (2, ["d", 'e "x"\nmore', "f"], ""),
        (4, ['12" record', "x", "y"], ""),
    ]


def test_a_quote_that_never_ends_costs_one_row() -> None:
    text = '1,"open,x\n' + "".join(f"{n},b,c\n" for n in range(2, 100))
    found = rows_of(text)
    assert found[0][::2] == (1, "quote_open")
    assert [problem for _, _, problem in found[1:]] == [""] * 98
    assert [line for line, _, _ in found] == list(range(1, 100))


def test_rows_of_another_width_are_named_and_blank_ones_left_out() -> None:
    assert [problem for _, _, problem in rows_of("a,b\n\na,b,c,\na,b,c,d\n")] == ["too_few_cells", "", "too_many_cells"]


def test_reading_goes_on_after_any_line() -> None:
    assert rows_of("a,b,c\nd,e,f\ng,h,i\n", after=2) == [(3, ["g", "h", "i"], "")]


@given(st.lists(st.text(st.characters(blacklist_categories=["Cs"]), max_size=20), max_size=30))
def test_no_text_makes_the_reader_fail_or_skip_a_line(lines: list[str]) -> None:
    text = [line.replace("\r", "").replace("\n", "") + "\n" for line in lines]
    read = list(read_rows(text, ",", read=0, after=0, columns=2))
    ends = [row.end for row in read]
    assert ends == sorted(ends)
    assert all(before.end < row.line for before, row in pairwise(read))


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("129.90", 12990), ("129,90", 12990), ("129,9", 12990), ("-20", -2000), ("R$ 1.234,56", 123456),
        ("1,234.56", 123456), ("1.234.567", 123456700), ("£3", 300), ("-R$ 5,00", -500), ("0", 0), ("1 234,50", 123450),
    ],
)  # fmt: skip
def test_money_as_people_write_it(text: str, minor: int) -> None:
    assert money(text, 2) == minor


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1.234", "amount_unclear"), ("1,234", "amount_unclear"), ("12.345,678", "amount_invalid"),
        ("abc", "amount_invalid"),
        ("1e3", "amount_invalid"), ("", "amount_invalid"), ("١٢", "amount_invalid"), ("1,23,45.00", "amount_invalid"),
        ("9" * 40, "amount_invalid"), ("--5", "amount_invalid"), ("=1+1", "amount_invalid"), ("NaN", "amount_invalid"),
    ],
)  # fmt: skip
def test_money_that_could_be_misread_is_refused(text: str, code: str) -> None:
    with pytest.raises(RowError) as refusal:
        money(text, 2)
    assert refusal.value.code == code


def test_a_mapping_may_settle_what_the_mark_means() -> None:
    assert money("1.234", 2, ",") == 123400
    assert money("1,234", 2, ".") == 123400


def test_local_times_become_utc_with_their_summer_time() -> None:
    assert instant("2010-07-01 10:00", "Europe/London").isoformat() == "2010-07-01T09:00:00+00:00"
    assert instant("31/12/2025 18:30", "America/Sao_Paulo").isoformat() == "2025-12-31T21:30:00+00:00"
    assert instant("2025-01-02T03:04:05-03:00", "Europe/London").isoformat() == "2025-01-02T06:04:05+00:00"
    assert instant("12-31-2025", "UTC", "%m-%d-%Y").isoformat() == "2025-12-31T00:00:00+00:00"
    for text in ("31/02/2025", "20250101", "yesterday", "2025-13-01"):
        with pytest.raises(RowError):
            instant(text, "UTC")


@given(st.text(max_size=12))
def test_cells_give_a_value_or_a_row_error(text: str) -> None:
    for read in (lambda: money(text, 2), lambda: quantity(text), lambda: instant(text, "UTC")):
        with contextlib.suppress(RowError):
            read()


def test_what_is_read_ahead_comes_in_its_order_and_no_further_than_one_item() -> None:
    asked: list[int] = []

    def counting() -> Iterator[int]:
        for number in range(100):
            asked.append(number)
            yield number

    items = counting()
    ahead = read_ahead(items)
    assert [next(ahead), next(ahead)] == [0, 1]
    ahead.close()
    read = len(asked)
    assert read in (2, 3)
    assert next(items) == read  # nobody reads any more: what comes next is still there
    assert list(read_ahead(iter("abc"))) == ["a", "b", "c"]


def test_a_fault_of_reading_comes_where_its_item_would_have() -> None:
    def failing() -> Iterator[str]:
        yield "a"
        raise ValueError("broken")

    ahead = read_ahead(failing())
    assert next(ahead) == "a"
    with pytest.raises(ValueError, match="broken"):
        next(ahead)
