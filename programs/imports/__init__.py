"""Files loaded into a brand: sales, customers, articles, opening balances, vouchers of another system.

What doors call (every argument by keyword, the tenant first):

- `preview(tenant, file, kind) -> Preview`: columns, suggested mapping, first rows, warnings, the fields to choose from.
- `start_import(tenant, kind, file, filename, mapping=None, dry_run=False, actor) -> ImportInfo`: takes the file in and
  queues it. `file` is anything with `read(size)`: an uploaded file as Django hands it, an open file; CSV, also gzip.
- `received(the same)` and `queue_import(tenant, arrival)` are its two halves, for a door that queues inside a
  transaction of its own: the file is taken in before.
- `get_import(tenant, import_id)`, `imports_page(tenant, cursor=None, limit=50)`.
- `import_errors(tenant, import_id, notes=False)`: an iterator of `ImportErrorInfo(line, code, sentence, detail, cells,
  is_note)` that may be streamed; `import_header(...)` are the names of its cells.
- `errors_csv(tenant, import_id, notes=False)`: the same as the lines of a CSV file, safe to open in a spreadsheet.
- `undo_import(tenant, import_id, actor) -> ImportInfo`: asks for everything to be taken back.
- `field_choices(kind)`: the fields of a kind with their labels.

`mapping` is None (the columns are called like the fields), the name of a preset (`"online-retail"`), or
`{"columns": {field: column}, …}` with any of the settings `currency`, `timezone`, `store`, `channel`, `decimal` ("." or
","), `date_format` (strptime), `not_articles` (list of codes, `ADJUST*` for all that start so), for balances `source`,
`reason`, `unit`, for vouchers `coupon`, for customers `consent_text`; `{"preset": "online-retail", "store": "shop"}`
changes a preset. Settings hold for the whole file, a column of the same name for its row.

`kind` is one of purchases, customers, products, balances, vouchers. Refusals of whole files: `import_file_refused`,
`import_mapping_refused`, `currency_mismatch`, `store_unknown`, `invalid`, `permission_missing`; of an undo:
`import_not_undoable`. Rows that cannot be taken never stop the others: each is kept with line, code and sentence.
"""

from programs.imports.errors import FileRefused, ImportNotFound, ImportNotUndoable, MappingRefused
from programs.imports.export import errors_csv, import_header
from programs.imports.infos import KINDS, FieldChoice, ImportErrorInfo, ImportInfo, KindName, Preview
from programs.imports.mapping import PRESETS
from programs.imports.runner import work_off
from programs.imports.selectors import get_import, import_errors, imports_page
from programs.imports.services import field_choices, preview, queue_import, received, start_import, undo_import

__all__ = [
    "KINDS",
    "PRESETS",
    "FieldChoice",
    "FileRefused",
    "ImportErrorInfo",
    "ImportInfo",
    "ImportNotFound",
    "ImportNotUndoable",
    "KindName",
    "MappingRefused",
    "Preview",
    "errors_csv",
    "field_choices",
    "get_import",
    "import_errors",
    "import_header",
    "imports_page",
    "preview",
    "queue_import",
    "received",
    "start_import",
    "undo_import",
    "work_off",
]
