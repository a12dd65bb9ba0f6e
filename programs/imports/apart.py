"""Sales whose lines lie apart in a file, found before anything of it is recorded: they are refused whole."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from programs.imports.commits import renew
from programs.imports.errors import RowError
from programs.imports.files import opened
from programs.imports.mapping import ITEM
from programs.imports.purchases import LINES_APART, chunks
from programs.imports.reading import Row, read_header, read_rows
from programs.imports.run import Run, write_rows
from programs.imports.sales import number_reader, sale_reader
from programs.models import ImportBatch, ImportRow
from smartbis.tenancy.scope import tenant_scope

# A file with more of them is in no order: it is refused as a whole.
MOST_APART = 50_000
# One bit for each number, by its hash. What seems to come again is looked at once more: of five million a few in a
# hundred do so by chance.
_BITS = 2**27
_RENEWED_EVERY_SECONDS = 20.0

Sale = tuple[str, str]


class TooManyApart(Exception):
    """The lines of too many sales lie apart."""


def note_apart(batch: ImportBatch, run: Run) -> None:
    """Keep which sales of a file, by number and store, have lines in more than one chunk.

    Reads the file once, in a few megabytes, and once more where numbers come again. Raises TooManyApart, LeaseLost.
    """
    if batch.kind != ImportBatch.Kind.PURCHASES or not any(name in run.mapping.places for name in ITEM):
        return
    again = _numbers_again(batch, run)
    apart = _apart(batch, run, again) if again else set()
    if len(apart) > MOST_APART:
        raise TooManyApart
    if not apart:
        return
    with tenant_scope(run.tenant):
        if not ImportRow.objects.filter(batch_id=batch.id, state=ImportRow.State.SETTLED, code=LINES_APART).exists():
            kept = run.keep(ImportRow.State.SETTLED, 0, code=LINES_APART, payload={"sales": sorted(apart)})
            write_rows([kept])
    run.take_in()


def _numbers_again(batch: ImportBatch, run: Run) -> set[str]:
    """The numbers that come in more than one chunk, and a few more."""
    number, seen, again = number_reader(run.mapping), bytearray(_BITS // 8), set()
    with _chunked(batch, run) as chunked:
        for chunk in chunked:
            here = {number(row) for row in chunk}
            places = [(hash(each) % _BITS, each) for each in here]
            again |= {each for place, each in places if seen[place >> 3] & 1 << (place & 7)}
            for place, _each in places:
                seen[place >> 3] |= 1 << (place & 7)
    return again - {""}


def _apart(batch: ImportBatch, run: Run, again: set[str]) -> set[Sale]:
    """The sales among these numbers whose lines, or rows that cannot be read, lie in more than one chunk."""
    number, read = number_reader(run.mapping), sale_reader(run.mapping, run.brand)
    first: dict[Sale, int] = {}
    broken: dict[str, set[int]] = {}
    apart: set[Sale] = set()
    with _chunked(batch, run) as chunked:
        for place, chunk in enumerate(chunked):
            for row in chunk:
                if number(row) not in again:
                    continue
                try:
                    line = read(row)
                except RowError:
                    broken.setdefault(number(row), set()).add(place)
                    continue
                if line.quantity and not line.is_return:
                    sale = (line.number, line.store)
                    if first.setdefault(sale, place) != place:
                        apart.add(sale)
    return apart | {sale for sale, place in first.items() if broken.get(sale[0], set()) - {place}}


@contextmanager
def _chunked(batch: ImportBatch, run: Run) -> Iterator[Iterator[Sequence[Row]]]:
    """The file's chunks from its start; the lease is renewed as they are read."""
    with opened(batch.stored_as, batch.encoding) as text:
        header, delimiter, read = read_header(text)
        rows = read_rows(text, delimiter, read=read, after=0, columns=len(header))
        yield _renewing(batch, chunks(run, rows))


def _renewing(batch: ImportBatch, chunked: Iterator[list[Row]]) -> Iterator[list[Row]]:
    due = time.monotonic() + _RENEWED_EVERY_SECONDS
    for chunk in chunked:
        yield chunk
        if time.monotonic() >= due:
            renew(batch)
            due = time.monotonic() + _RENEWED_EVERY_SECONDS
