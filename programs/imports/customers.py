"""A chunk of a customers file: unknown people enrolled with the consents the file says, known ones left as they are."""

from collections.abc import Sequence
from datetime import date

from programs.imports.cells import reader
from programs.imports.errors import RowError
from programs.imports.people import enrol
from programs.imports.reading import Row
from programs.imports.run import Run
from programs.imports.values import day, yes_or_no
from smartbis.customers.infos import ConsentGiven, CustomerDraft
from smartbis.kernel.clock import now

OLDEST_BIRTH_YEAR = 1900


class Customers:
    """Settles chunks of one customers file."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.get = {field: reader(run.mapping, field) for field in (
            "name", "phone", "external_id", "cpf", "email", "birthday", "consent_utility", "consent_marketing",
        )}  # fmt: skip
        self.has_consents = {"consent_utility", "consent_marketing"} & run.mapping.places.keys()
        self.text = run.mapping.setting("consent_text") or "import"

    def settle(self, rows: Sequence[Row]) -> None:
        """Enrol the chunk's people. Runs in the tenant's scope."""
        drafts: dict[str, tuple[Row, CustomerDraft]] = {}
        for row in rows:
            try:
                drafts[str(row.line)] = (row, self._draft(row))
            except RowError as error:
                self.run.refuse(row.line, row.cells, error.code, error.detail)
        _ids, new, refused = enrol(self.run, [draft for _, draft in drafts.values()])
        for key, (row, _draft) in drafts.items():
            if key in refused:
                self.run.refuse(row.line, row.cells, refused[key].code)
                continue
            self.run.tally.done += 1
            if key in new:
                self.run.tally.made += 1
            else:
                self.run.tally.repeated += 1

    def _draft(self, row: Row) -> CustomerDraft:
        if row.problem:
            raise RowError(row.problem)
        cell = {field: read(row.cells) for field, read in self.get.items()}
        return CustomerDraft(
            key=str(row.line),
            name=cell["name"],
            phone=cell["phone"] or None,
            email=cell["email"] or None,
            cpf=cell["cpf"] or None,
            external_id=cell["external_id"] or None,
            birthday=_birthday(cell["birthday"]) if cell["birthday"] else None,
            consents=self._consents(cell) if self.has_consents else None,
        )

    def _consents(self, cell: dict[str, str]) -> ConsentGiven:
        return ConsentGiven(
            utility=yes_or_no(cell["consent_utility"]),
            marketing=yes_or_no(cell["consent_marketing"]),
            text_version=self.text,
        )


def _birthday(text: str) -> date:
    birthday = day(text)
    if not birthday.year >= OLDEST_BIRTH_YEAR or birthday > now().date():
        raise RowError("date_invalid", text)
    return birthday
