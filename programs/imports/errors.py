"""What imports refuse: whole files, and single rows."""

from typing import Any

from smartbis.kernel.errors import DomainError, InvalidInput, NotFound


class ImportNotFound(NotFound):
    """No such import in this tenant."""

    code = "import_not_found"
    sentence = "There is no such import."


class ImportNotUndoable(DomainError):
    """Only an import that has ended, and was no dry run, can be undone."""

    code = "import_not_undoable"
    sentence = "This import cannot be undone in its present state."


class FileRefused(InvalidInput):
    """The file cannot be read as a table; `params["reason"]` says why."""

    code = "import_file_refused"
    sentence = "This file cannot be read as a table."

    def __init__(self, reason: str, sentence: str, **params: Any) -> None:
        super().__init__({"file": [sentence]}, sentence, reason=reason, **params)


class MappingRefused(InvalidInput):
    """The mapping names columns the file does not have, leaves out needed ones, or has settings that make no sense."""

    code = "import_mapping_refused"
    sentence = "The columns of this file need another look."


class RowError(Exception):
    """A row that cannot be taken, by a stable code; `detail` may hold what was read."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail[:300]
