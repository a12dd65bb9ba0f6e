"""Whose rows are: customers named by any identity, enrolled when nobody knows them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from programs.imports.cells import reader
from programs.imports.errors import RowError
from programs.imports.mapping import ReadyMapping
from programs.imports.run import Run
from smartbis.customers.infos import ConsentGiven, CustomerDraft, Origin
from smartbis.customers.services import check_draft, enrol_many
from smartbis.kernel.errors import InvalidInput

Key = tuple[str, ...]
NOBODY: Key = ("", "", "", "")


@dataclass(frozen=True, slots=True)
class Person:
    """Who a row names: external id, CPF, phone, e-mail as they were written, the name, and when they first bought."""

    key: Key
    name: str = ""
    since: datetime | None = None


def person_reader(mapping: ReadyMapping) -> Callable[[Sequence[str]], tuple[Key, str]]:
    """A function that answers a row's identities and name."""
    external_id, cpf = reader(mapping, "customer_external_id"), reader(mapping, "customer_cpf")
    phone, email = reader(mapping, "customer_phone"), reader(mapping, "customer_email")
    name = reader(mapping, "customer_name")

    def read(cells: Sequence[str]) -> tuple[Key, str]:
        return (external_id(cells), cpf(cells), phone(cells), email(cells)), name(cells)

    return read


def customers_for(run: Run, people: Sequence[Person]) -> tuple[dict[Key, UUID], dict[Key, RowError]]:
    """The customer of each identity named, unknown ones enrolled, and why some cannot be. Runs in the scope."""
    wanted: dict[Key, Person] = {}
    for person in people:
        known = wanted.setdefault(person.key, person)
        if (person.name and not known.name) or (person.since and known.since and person.since < known.since):
            since = min(filter(None, (person.since, known.since)), default=None)
            wanted[person.key] = Person(person.key, known.name or person.name, since)
    wanted.pop(NOBODY, None)
    found = {key: run.customers[key] for key in wanted if key in run.customers}
    drafts = {str(n): person for n, person in enumerate(wanted.values()) if person.key not in found}
    asked = [_draft(n, person) for n, person in drafts.items()]
    ids, _new, errors = enrol(run, asked)
    fresh = {drafts[n].key: customer for n, customer in ids.items()}
    run.tally.customers |= fresh
    return found | fresh, {drafts[n].key: error for n, error in errors.items()}


def enrol(run: Run, drafts: Sequence[CustomerDraft]) -> tuple[dict[str, UUID], frozenset[str], dict[str, RowError]]:
    """The customers of drafts by key, the keys of those who are new, and why the others were refused."""
    if not drafts:
        return {}, frozenset(), {}
    origin = Origin(channel="import", actor=run.actor)
    try:
        done = enrol_many(tenant=run.tenant, drafts=drafts, origin=origin)
        return done.ids, done.new, {}
    except InvalidInput as error:
        refused = {draft.key: _why(run, draft) for draft in drafts if draft.key in error.errors}
    rest = [draft for draft in drafts if draft.key not in refused]
    if not rest:
        return {}, frozenset(), refused
    done = enrol_many(tenant=run.tenant, drafts=rest, origin=origin)
    return done.ids, done.new, refused


def _why(run: Run, draft: CustomerDraft) -> RowError:
    try:
        check_draft(tenant=run.tenant, draft=draft)
    except InvalidInput as error:
        return RowError(error.code if error.code != "invalid" else _by_field(error.errors), "")
    return RowError("invalid")


def _by_field(errors: Mapping[str, list[str]]) -> str:
    field = next(iter(errors), "")
    return f"{field}_invalid" if field in ("phone", "cpf", "email") else "invalid"


def _draft(key: str, person: Person) -> CustomerDraft:
    external_id, cpf, phone, email = person.key
    return CustomerDraft(
        key=key,
        name=person.name,
        phone=phone or None,
        email=email or None,
        cpf=cpf or None,
        external_id=external_id or None,
        enrolled_at=person.since,
    )


__all__ = ["NOBODY", "ConsentGiven", "Key", "Person", "customers_for", "enrol", "person_reader"]
