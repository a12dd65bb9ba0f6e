"""A second process on a large file of sales: it takes every other chunk, from where it comes in."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from django.db import connection

from programs.imports.ahead import read_ahead
from programs.imports.commits import commit_chunk
from programs.imports.files import opened
from programs.imports.purchases import Purchases, chunks
from programs.imports.reading import read_header, read_rows
from programs.imports.run import run_of
from programs.imports.turns import Line, Overtaken, Turn
from programs.models import ImportBatch
from smartbis.tenancy.scope import tenant_scope

log = structlog.get_logger(__name__)

# With fewer rows to go the file is through before a second process has started.
ROWS_FOR_TWO = 10_000
_END_SECONDS = 20


class Companion:
    """The other process, as the worker sees it."""

    def __init__(self, batch: ImportBatch) -> None:
        order = {"tenant": str(batch.tenant_id), "import": str(batch.id), "lease": str(batch.lease)}
        self._child = subprocess.Popen(  # noqa: S603 (our own interpreter and command; ids only)
            [
                sys.executable,
                str(Path(__file__).resolve().parents[2] / "manage.py"),
                "import_beside",
                json.dumps(order),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self.line = Line(self._child.stdout, self._child.stdin)
        self._joins_at: int | None = None

    def takes(self, number: int, after: int) -> bool:
        """Whether the other process has this chunk, which begins behind line `after`. It joins as soon as it can."""
        if self.line.is_over:
            return False
        if self._joins_at is None:
            if self.line.has_said("ready") is not None:
                self._joins_at = number + 1
                self.line.say("begin", number, after)
            return False
        return (number - self._joins_at) % 2 == 0

    def turn(self, number: int) -> Turn:
        """The turn of a chunk of the worker's."""
        return Turn(self.line, number, waits=self._joins_at is not None and number > self._joins_at)

    def end(self) -> None:
        """Let it finish the chunk that it has, and end."""
        self.line.say("stop")
        with suppress(OSError):
            assert self._child.stdin is not None
            self._child.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(_END_SECONDS)
        self._child.kill()
        self._child.wait()


@contextmanager
def beside(batch: ImportBatch) -> Iterator[Companion | None]:
    """A second process where it is worth one, ended with the block."""
    is_large = batch.rows_total - batch.rows_done >= ROWS_FOR_TWO
    if batch.kind != ImportBatch.Kind.PURCHASES or batch.dry_run or not is_large or connection.in_atomic_block:
        yield None
        return
    companion = Companion(batch)
    try:
        yield companion
    finally:
        companion.end()


def serve(order: dict[str, Any], line: Line) -> None:
    """What the other process does: every other chunk from where the worker says, until it is told to stop."""
    tenant = UUID(order["tenant"])
    with tenant_scope(tenant, read_only=True):
        batch = ImportBatch.objects.filter(id=order["import"], lease=order["lease"]).first()
    with suppress(Overtaken):
        if batch is not None:
            line.say("ready")
            first, after = line.wait_for("begin")
            _load(batch, line, first, after)
        line.wait_for("stop")


def _load(batch: ImportBatch, line: Line, first: int, after: int) -> None:
    with opened(batch.stored_as, batch.encoding) as text:
        header, delimiter, read = read_header(text)
        run = run_of(batch, header)
        with tenant_scope(run.tenant, read_only=True):
            purchases = Purchases(run)
        rows = read_rows(text, delimiter, read=read, after=after, columns=len(header))
        every = enumerate(chunks(run, rows), start=first)
        mine = ((number, chunk, purchases.settling(chunk)) for number, chunk in every if (number - first) % 2)
        with closing(read_ahead(mine)) as coming:
            for number, chunk, work in coming:
                turn = Turn(line, number)
                turn.begin()
                try:
                    commit_chunk(batch, run, chunk, work, turn.wait)
                except Exception:
                    log.info("import.chunk_left_to_the_worker", batch=str(batch.id), exc_info=True)
                    line.say("failed", number)
                    return
                line.say("done", number)
