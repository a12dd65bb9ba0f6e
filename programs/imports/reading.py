"""Rows out of text, one at a time: each with its line numbers, and none able to swallow the rest of the file."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from programs.imports.errors import FileRefused
from programs.imports.files import MAX_COLUMNS

DELIMITERS = ",;\t|"
# A quoted cell may run over this many lines; a quote that stays open longer was a slip of the row where it opened.
MAX_LINES_A_ROW = 50


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row, the physical lines it starts and ends on (from 1), and what is wrong with its shape."""

    line: int
    end: int
    cells: list[str]
    problem: str = ""


def read_header(lines: Iterable[str]) -> tuple[tuple[str, ...], str, int]:
    """The columns' names, the delimiter, and the last line of the header. Raises FileRefused.

    Blank lines before the header are skipped, as spreadsheets leave them.
    """
    for number, line in enumerate(islice(lines, 20), start=1):
        if not line.strip("\ufeff \t\r\n,;"):
            continue
        delimiter = max(DELIMITERS, key=lambda mark: _outside_quotes(line, mark))
        cells = tuple(cell.strip() for cell in _split(line.lstrip("\ufeff"), delimiter))
        if len(cells) > MAX_COLUMNS:
            raise FileRefused("too_many_columns", "This file has too many columns.", most_columns=MAX_COLUMNS)
        named = [cell for cell in cells if cell]
        if len(set(named)) != len(named):
            raise FileRefused("columns_repeated", "Two columns of this file have the same name.")
        return cells, delimiter, number
    raise FileRefused("no_header", "The first line must name the columns.")


def read_rows(lines: Iterable[str], delimiter: str, *, read: int, after: int, columns: int) -> Iterator[Row]:
    """The rows that start after physical line `after`, when `read` lines were read already; blank ones are left out."""
    after = max(read, after)
    source = _Pushback(islice(lines, after - read, None), after)
    for line in source:
        if '"' not in line:
            cells = line.rstrip("\r\n").split(delimiter)
            if len(cells) == 1 and not cells[0].strip():
                continue
            yield Row(source.number, source.number, cells, _shape(cells, columns))
        else:
            yield _quoted(line, source, delimiter, columns)


class _Pushback:
    """Lines with their number, some of which can be given back to be read again."""

    def __init__(self, lines: Iterable[str], before: int) -> None:
        self._lines = iter(lines)
        self._again: list[str] = []
        self.number = before

    def __iter__(self) -> Iterator[str]:
        while True:
            line = self.next()
            if line is None:
                return
            yield line

    def next(self) -> str | None:
        """The next line; None at the end."""
        line = self._again.pop() if self._again else next(self._lines, None)
        if line is not None:
            self.number += 1
        return line

    def give_back(self, lines: list[str]) -> None:
        """Have these lines, the last ones read, come again."""
        self._again.extend(reversed(lines))
        self.number -= len(lines)


def _quoted(line: str, source: _Pushback, delimiter: str, columns: int) -> Row:
    start, read = source.number, [line]
    while _is_open("".join(read), delimiter):
        more = source.next() if len(read) < MAX_LINES_A_ROW else None
        if more is None:
            source.give_back(read[1:])
            return Row(start, start, line.rstrip("\r\n").split(delimiter), "quote_open")
        read.append(more)
    try:
        cells = _split("".join(read), delimiter)
    except csv.Error:  # a cell beyond csv's own limit
        return Row(start, source.number, [], "text_too_long")
    return Row(start, source.number, cells, _shape(cells, columns))


def _is_open(text: str, delimiter: str) -> bool:
    """Whether a quoted cell of this row has not ended yet."""
    if text.count('"') % 2 == 0:
        return False
    try:
        list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False


def _split(text: str, delimiter: str) -> list[str]:
    rows = list(csv.reader([text], delimiter=delimiter))
    return [cell for row in rows for cell in row]


def _shape(cells: list[str], columns: int) -> str:
    if len(cells) == columns:
        return ""
    if len(cells) > columns:
        return "" if not any(cell.strip() for cell in cells[columns:]) else "too_many_cells"
    return "too_few_cells"


def _outside_quotes(line: str, mark: str) -> int:
    return sum(part.count(mark) for part in line.split('"')[::2])
