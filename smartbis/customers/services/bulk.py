"""Many customers at once, for imports, batches and the demo."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from smartbis.customers.errors import IdentityMissing
from smartbis.customers.events import CustomerEnrolled
from smartbis.customers.infos import BulkEnrolment, CustomerDraft, IdentityValue, Origin
from smartbis.customers.models import Customer, IdentityKind
from smartbis.customers.rows import insert_identities, insert_name_tokens
from smartbis.customers.services.consent import consents_at_enrolment
from smartbis.customers.services.enrol import checked_identities, new_customer
from smartbis.kernel.errors import InvalidInput
from smartbis.outbox.services import publish as publish_event
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.statements import execute_rows, prepared_cursor

MAX_ROUNDS = 5
_HOLDERS = """
SELECT kind, blind, customer_id FROM customers_identity
WHERE tenant_id = %(tenant)s AND kind = ANY(%(kinds)s::text[]) AND blind = ANY(%(blinds)s::bytea[])
"""
_KINDS = """
SELECT customer_id, kind FROM customers_identity
WHERE tenant_id = %(tenant)s AND customer_id = ANY(%(customers)s::uuid[])
"""


class RivalEnrolments(Exception):
    """Others enrolled the same people again and again while a batch was being written; it may be tried again."""


@dataclass
class _Plan:
    """What a batch will write: the customer of each draft, new customers, identities that somebody gains."""

    ids: dict[str, UUID]
    new: list[tuple[Customer, CustomerDraft]]
    gains: list[tuple[UUID, IdentityValue]]


def enrol_in_bulk(
    *, tenant: UUID, drafts: Sequence[CustomerDraft], origin: Origin, publish: bool = False
) -> dict[str, UUID]:
    """The customer of each draft by its key; see `enrol_many`."""
    return enrol_many(tenant=tenant, drafts=drafts, origin=origin, publish=publish).ids


def enrol_many(
    *, tenant: UUID, drafts: Sequence[CustomerDraft], origin: Origin, publish: bool = False
) -> BulkEnrolment:
    """Find the customer of each draft, enrolling those who are unknown, in a fixed number of statements.

    A draft is a known customer when it shares an identity with one, also with an earlier draft of the batch; identities
    that customer lacks are added, everything else about them stays. Consents are recorded for new customers only and
    never lift an opt-out. Nothing is published, so nobody is welcomed, unless `publish` says so.
    Raises InvalidInput with the errors by draft key, before anything is written. Publishes CustomerEnrolled if asked.
    """
    with tenant_scope(tenant):
        checked = _checked(tenant, drafts)
        for _ in range(MAX_ROUNDS):
            plan = _plan(tenant, drafts, checked, origin)
            if _written(tenant, plan):
                break
        else:
            raise RivalEnrolments
        given = [(row.id, draft.consents) for row, draft in plan.new if draft.consents]
        consents_at_enrolment(tenant=tenant, given=given, origin=origin)
        if publish:
            for row, _draft in plan.new:
                publish_event(CustomerEnrolled(customer_id=row.id, channel=origin.channel, store_id=origin.store))
        return BulkEnrolment(plan.ids, frozenset(draft.key for _row, draft in plan.new))


def check_draft(*, tenant: UUID, draft: CustomerDraft) -> list[IdentityValue]:
    """The identities of a draft, in the order in which they decide. Raises InvalidInput, IdentityMissing.

    The first decides when those of one draft belong to different customers.
    """
    with tenant_scope(tenant):
        return _identities(tenant, draft)


def _identities(tenant: UUID, draft: CustomerDraft) -> list[IdentityValue]:
    given: dict[IdentityKind, str | None] = {
        IdentityKind.EXTERNAL_ID: draft.external_id,
        IdentityKind.CPF: draft.cpf,
        IdentityKind.PHONE: draft.phone,
        IdentityKind.EMAIL: draft.email,
    }
    identities = checked_identities(tenant=tenant, given=given)
    if not identities:
        raise IdentityMissing({"phone": [IdentityMissing.sentence]})
    return identities


def _checked(tenant: UUID, drafts: Sequence[CustomerDraft]) -> dict[str, list[IdentityValue]]:
    checked: dict[str, list[IdentityValue]] = {}
    errors: dict[str, list[str]] = {}
    for draft in drafts:
        if draft.key in checked:
            raise ValueError("the keys of a batch must differ")
        checked[draft.key] = []
        try:
            checked[draft.key] = _identities(tenant, draft)
        except InvalidInput as error:
            errors[draft.key] = [text for texts in error.errors.values() for text in texts]
    if errors:
        raise InvalidInput(errors)
    return checked


def _plan(
    tenant: UUID, drafts: Sequence[CustomerDraft], checked: dict[str, list[IdentityValue]], origin: Origin
) -> _Plan:
    owners, kinds = _known(tenant, checked.values())
    plan = _Plan(ids={}, new=[], gains=[])
    for draft in drafts:
        values = checked[draft.key]
        customer = next((owners[key] for value in values if (key := (value.kind, value.blind)) in owners), None)
        if customer is None:
            row = new_customer(
                tenant=tenant,
                name=draft.name,
                birthday=draft.birthday,
                locale=draft.locale,
                origin=origin,
                enrolled_at=draft.enrolled_at,
            )
            customer = row.id
            plan.new.append((row, draft))
        plan.ids[draft.key] = customer
        for value in values:
            has = kinds.setdefault(customer, set())
            if (value.kind, value.blind) not in owners and value.kind not in has:
                owners[value.kind, value.blind] = customer
                has.add(value.kind)
                plan.gains.append((customer, value))
    return plan


def _known(
    tenant: UUID, checked: Iterable[Sequence[IdentityValue]]
) -> tuple[dict[tuple[str, bytes], UUID], dict[UUID, set[str]]]:
    """Who holds these identities, and which kinds those have who may gain one."""
    drafts = [[(value.kind, value.blind) for value in values] for values in checked]
    wanted = {key for keys in drafts for key in keys}
    if not wanted:
        return {}, {}
    with prepared_cursor() as cursor:
        columns = {
            "tenant": tenant,
            "kinds": sorted({kind for kind, _ in wanted}),
            "blinds": [each for _, each in wanted],
        }
        execute_rows(cursor, _HOLDERS, columns)
        found = [((kind, bytes(blind)), customer) for kind, blind, customer in cursor.fetchall()]
        owners = {key: customer for key, customer in found if key in wanted}
        lacking = [keys for keys in drafts if any(key not in owners for key in keys)]
        customers = {owners[key] for keys in lacking for key in keys if key in owners}
        kinds: dict[UUID, set[str]] = {}
        if customers:
            execute_rows(cursor, _KINDS, {"tenant": tenant, "customers": list(customers)})
            for customer, kind in cursor.fetchall():
                kinds.setdefault(customer, set()).add(kind)
        return owners, kinds


def _written(tenant: UUID, plan: _Plan) -> bool:
    """Write the plan; False, with nothing written, when a rival took one of its identities meanwhile."""
    try:
        with transaction.atomic():
            rows = [row for row, _ in plan.new]
            Customer.objects.bulk_create(rows)
            insert_name_tokens(tenant=tenant, names=[(row.id, row.name) for row in rows])
            if insert_identities(tenant=tenant, owned=plan.gains):
                raise _Lost
    except _Lost:
        return False
    return True


class _Lost(Exception):
    pass
