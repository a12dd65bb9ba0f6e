"""The rows of a file, settled chunk by chunk in their order; a second process may take every other chunk."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol

import structlog
from django.db import DataError, IntegrityError, OperationalError

from programs.imports.ahead import read_ahead
from programs.imports.articles import Articles
from programs.imports.balances import Balances
from programs.imports.beside import Companion, beside
from programs.imports.commits import commit_chunk, count, one_commit
from programs.imports.customers import Customers
from programs.imports.purchases import Purchases, Work, chunks
from programs.imports.reading import Row
from programs.imports.run import Run, write_rows
from programs.imports.turns import Overtaken
from programs.imports.vouchers import Vouchers
from programs.models import ImportBatch
from smartbis.tenancy.scope import tenant_scope

log = structlog.get_logger(__name__)

ROWS_A_CHUNK = 1_000
DEADLOCK_PAUSES = (0.1, 0.4, 1.6)
_SETTLERS: dict[str, Callable[[Run], "Settler"]] = {
    "purchases": Purchases,
    "customers": Customers,
    "products": Articles,
    "balances": Balances,
    "vouchers": Vouchers,
}


class Settler(Protocol):
    """Settles rows of one kind of file inside the tenant's scope, counting what they come to."""

    def settle(self, rows: Sequence[Row]) -> None: ...


@dataclass(frozen=True)
class _Part:
    """A chunk by its number, and what settles it; None where the other process does."""

    number: int
    rows: Sequence[Row]
    work: Work | None


def load_rows(batch: ImportBatch, run: Run, rows: Iterator[Row], is_over: Callable[[], bool]) -> bool:
    """Settle rows until the turn is over, which is asked between chunks; True when the file is at its end."""
    with tenant_scope(run.tenant, read_only=True):
        settler = _SETTLERS[batch.kind](run)
    with beside(batch) as companion, closing(read_ahead(_parts(run, settler, rows, companion))) as coming:
        loading = _Loading(batch, run, settler, companion)
        for part in coming:
            loading.take(part)
            if is_over():
                return False
        loading.end()
    return True


def _parts(run: Run, settler: Settler, rows: Iterator[Row], companion: Companion | None) -> Iterator[_Part]:
    cut = chunks(run, rows) if isinstance(settler, Purchases) else _by_count(rows)
    for number, chunk in enumerate(cut):
        is_theirs = companion is not None and companion.takes(number, chunk[0].line - 1)
        yield _Part(number, chunk, None if is_theirs else _work(settler, chunk))


def _work(settler: Settler, rows: Sequence[Row]) -> Work:
    """What settles a chunk; one of sales is read now, which any thread may do."""
    if isinstance(settler, Purchases):
        return settler.settling(rows)

    def work(before_awards: Callable[[], None]) -> None:
        before_awards()
        settler.settle(rows)

    return work


def _by_count(rows: Iterator[Row]) -> Iterator[list[Row]]:
    chunk: list[Row] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == ROWS_A_CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


class _Loading:
    """The worker's way through the chunks. Where the other process fails, its chunk is the worker's."""

    def __init__(self, batch: ImportBatch, run: Run, settler: Settler, companion: Companion | None) -> None:
        self._batch, self._run, self._settler, self._companion = batch, run, settler, companion
        self._theirs: _Part | None = None

    def take(self, part: _Part) -> None:
        """Settle a chunk, or leave it to the other process."""
        if part.work is None:
            self._theirs = part
        elif not self._settled_in_turn(part):
            self._catch_up()
            self._settle(part.rows, part.work)

    def end(self) -> None:
        """The file is at its end: the other process may still have the last chunk."""
        if self._companion is not None and self._theirs is not None:
            try:
                self._companion.line.wait_until("done", self._theirs.number)
            except Overtaken:
                self._part()
        self._catch_up()

    def _settled_in_turn(self, part: _Part) -> bool:
        if self._companion is None or part.work is None:
            return False
        turn = self._companion.turn(part.number)
        try:
            turn.begin()
            commit_chunk(self._batch, self._run, part.rows, part.work, turn.wait)
        except (DataError, IntegrityError, OperationalError, Overtaken):
            self._companion.line.say("failed", part.number)
            self._part()
            return False
        self._companion.line.say("done", part.number)
        self._theirs = None
        return True

    def _part(self) -> None:
        """Go on alone for the rest of the turn."""
        log.info("import.goes_on_alone", batch=str(self._batch.id))
        assert self._companion is not None
        self._companion.end()
        self._companion = None

    def _catch_up(self) -> None:
        """Settle the chunk that was left to the other process, if it has not come to its commit.

        One that died as it committed is waited for: until then the server holds the row that says how far all is.
        """
        part, self._theirs = self._theirs, None
        if part is None:
            return
        with tenant_scope(self._run.tenant):
            held = ImportBatch.objects.select_for_update(no_key=True)
            position = held.values_list("position", flat=True).get(id=self._batch.id)
        if position < part.rows[-1].end:
            self._settle(part.rows, _work(self._settler, part.rows))

    def _settle(self, rows: Sequence[Row], work: Work) -> None:
        """Settle a chunk with nothing beside it; rows that the database itself refuses are narrowed down to."""
        batch, run = self._batch, self._run
        for pause in (*DEADLOCK_PAUSES, None):
            try:
                commit_chunk(batch, run, rows, work)
                return
            except (DataError, IntegrityError):
                run.customers.clear()
                log.warning(
                    "import.chunk_refused", batch=str(batch.id), first=rows[0].line, rows=len(rows), exc_info=True
                )
                self._settle_apart(rows)
                return
            except OperationalError:
                run.customers.clear()
                if pause is None:
                    raise
                time.sleep(pause)

    def _settle_apart(self, rows: Sequence[Row]) -> None:
        middle = self._border(rows)
        if middle:
            for half in (rows[:middle], rows[middle:]):
                self._settle(half, _work(self._settler, half))
            return
        with one_commit(self._run):
            for row in rows:
                self._run.refuse(row.line, row.cells, "row_refused")
            write_rows(self._run.tally.rows)
            count(self._batch, self._run.tally, position=rows[-1].end)
        self._run.take_in()

    def _border(self, rows: Sequence[Row]) -> int:
        """A place near the middle where a chunk can be parted without parting a sale; 0 when there is none."""
        if not isinstance(self._settler, Purchases):
            return len(rows) // 2
        numbers = [self._settler.number(row) for row in rows]
        borders = [place for place in range(1, len(rows)) if numbers[place] != numbers[place - 1]]
        return min(borders, key=lambda place: abs(place - len(rows) // 2), default=0)
