"""What imports hand out: frozen facts for doors."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

KindName = Literal["purchases", "customers", "products", "balances", "vouchers"]
KINDS: tuple[KindName, ...] = ("purchases", "customers", "products", "balances", "vouchers")


@dataclass(frozen=True)
class ImportInfo:
    """A file and how far it has come. Counts are rows of the file, but `made` (sales, customers…) and `refunds`.

    `status` is one of queued, running, done, failed, undone as the contract names them; while an undo runs it is
    `running` and `is_undoing` is true. `rows_repeated` were there already, `rows_noted` are kept as notes.
    `failure` is the code of what stopped a failed import, `failure_sentence` its words in the active language.
    """

    id: UUID
    kind: str
    status: str
    is_undoing: bool
    filename: str
    size_bytes: int
    sha256: str
    dry_run: bool
    rows_total: int
    rows_done: int
    rows_failed: int
    rows_repeated: int
    rows_noted: int
    made: int
    refunds: int
    failure: str
    failure_sentence: str
    created_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    undone_at: datetime | None
    can_undo: bool
    mapping: dict[str, Any] = field(default_factory=dict)

    @property
    def percent(self) -> int:
        """How much of the file is settled, from 0 to 100."""
        if self.status in ("done", "undone"):
            return 100
        return min(99, self.rows_done * 100 // self.rows_total) if self.rows_total else 0


@dataclass(frozen=True)
class ImportErrorInfo:
    """A row that was not taken (or, with `is_note`, is kept as a note), with its line, the reason and its cells."""

    line: int
    code: str
    sentence: str
    detail: str
    cells: tuple[str, ...]
    is_note: bool


@dataclass(frozen=True)
class FieldChoice:
    """A field that a column can be mapped to, with its label in the active language."""

    name: str
    label: str
    needed: bool


@dataclass(frozen=True)
class Preview:
    """What a file looks like before it is loaded: its columns, the suggested mapping, its first rows as they stand.

    `suggested` is ready to be given to `start_import(mapping=…)`; `warnings` are sentences in the active language.
    """

    columns: tuple[str, ...]
    suggested: dict[str, Any]
    rows: tuple[tuple[str, ...], ...]
    warnings: tuple[str, ...]
    fields: tuple[FieldChoice, ...]
    encoding: str
    delimiter: str
    rows_total: int
