"""The rows that were not taken, as a file to mend and send again."""

import csv
import io
import re
from collections.abc import Iterator
from uuid import UUID

from programs.imports.mapping import OWN_COLUMNS
from programs.imports.selectors import get_header, import_errors

# A spreadsheet takes a cell that starts so for a formula; an amount or a phone number does no harm, and is to be read
# again as it was.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-][\d .,()]*\d")


def import_header(*, tenant: UUID, import_id: UUID) -> tuple[str, ...]:
    """The names of the file's columns. Raises ImportNotFound."""
    return get_header(tenant=tenant, import_id=import_id)


def errors_csv(*, tenant: UUID, import_id: UUID, notes: bool = False) -> Iterator[str]:
    """The rows that were not taken as lines of CSV: where and why, then the row's own columns.

    The columns of ours start with `_`, by which an import of the mended file leaves them out. Cells that a spreadsheet
    would take for formulas get an apostrophe in front. Raises ImportNotFound at the start.
    """
    header = import_header(tenant=tenant, import_id=import_id)
    errors = import_errors(tenant=tenant, import_id=import_id, notes=notes)
    return _lines(header, ([str(each.line), each.code, each.sentence, each.detail, *each.cells] for each in errors))


def _lines(header: tuple[str, ...], rows: Iterator[list[str]]) -> Iterator[str]:
    yield _line([*OWN_COLUMNS, *header])
    for row in rows:
        yield _line(row)


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(f"'{cell}" if _is_formula(cell) else cell for cell in cells)
    return out.getvalue()


def _is_formula(cell: str) -> bool:
    return cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell)
