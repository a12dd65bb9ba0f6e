"""Two customers turn out to be one person: who they are is joined; the rooms above join what they have."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from smartbis.customers.errors import CpfsDiffer, CustomerGone, CustomerNotFound, SameCustomer
from smartbis.customers.events import ConsentChanged, CustomerMerged
from smartbis.customers.identities import seal_birthday
from smartbis.customers.infos import CATEGORIES, Channel, Origin
from smartbis.customers.models import Consent, Customer, Identity, IdentityKind, Membership, NameToken
from smartbis.customers.rows import insert_name_tokens
from smartbis.customers.selectors import birthday_of, consent_state
from smartbis.customers.services.consent import consent_row
from smartbis.kernel.clock import now
from smartbis.kernel.people import Actor
from smartbis.outbox.services import publish
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.services import record_audit
from smartbis.tenancy.statements import prepared_cursor

CpfOf = Literal["into", "other"]
_OF_A_NUMBER = (IdentityKind.PHONE, IdentityKind.WHATSAPP, IdentityKind.BSUID)


@dataclass(frozen=True)
class MergePair:
    """Two customers locked for a merge; `is_done` if they have been one since an earlier merge."""

    into: UUID
    other: UUID
    is_done: bool


def lock_to_merge(*, tenant: UUID, into: UUID, other: UUID) -> MergePair:
    """Lock both customers, in one order and so that nothing new can refer to either until the transaction ends.

    Waits for every transaction that has just written something about one of them; follows earlier merges.
    Raises SameCustomer, CustomerNotFound, CustomerGone.
    """
    with tenant_scope(tenant):
        first, second = into, other
        while True:
            rows = {row.id: row for row in _locked(tenant, {first, second})}
            if len(rows) < len({first, second}):
                raise CustomerNotFound
            if into == other:
                raise SameCustomer({"from": [SameCustomer.sentence]})
            if any(row.status == Customer.Status.ERASED for row in rows.values()):
                raise CustomerGone
            stays, goes = (rows[each].merged_into_id or each for each in (first, second))
            if (stays, goes) == (first, second) or stays == goes:
                return MergePair(stays, goes, is_done=stays == goes)
            first, second = stays, goes


# Waits for a merge, and then reads what it left. Who was merged before is followed without a lock.
_HOLD = """
SELECT id, merged_into_id FROM customers_customer
WHERE tenant_id = %(tenant)s AND id = (
    SELECT coalesce(merged_into_id, id) FROM customers_customer
    WHERE tenant_id = %(tenant)s AND id = %(customer)s)
FOR KEY SHARE
"""


def hold_customer(*, tenant: UUID, customer: UUID) -> UUID:
    """Let nobody merge the customer until the transaction ends; who they are now, if they were merged before.

    First of all, where a row that names the customer is written after their accounts are locked: its foreign key would
    ask for the same at the end, while a merge that has it waits for the accounts. Raises CustomerNotFound.
    """
    with tenant_scope(tenant), prepared_cursor() as cursor:
        cursor.execute(_HOLD, {"tenant": tenant, "customer": customer})
        found = cursor.fetchone()
        if found is None:
            raise CustomerNotFound
        held: UUID
        held, into = found
        return hold_customer(tenant=tenant, customer=into) if into else held


_HOLD_IF_FREE = _HOLD + "SKIP LOCKED"
# Those who were merged are read, who they are now is locked, by id like a merge does. Read first and apart: joined in
# one go, a plan made for any tenant looks for each of them through all customers of a large one.
_HOLD_MANY = """
WITH asked AS MATERIALIZED (
    SELECT id, coalesce(merged_into_id, id) AS newest FROM customers_customer
    WHERE tenant_id = %(tenant)s AND id = ANY(%(customers)s)
)
SELECT asked.id, c.id, c.merged_into_id FROM asked
JOIN customers_customer c ON c.tenant_id = %(tenant)s AND c.id = asked.newest
ORDER BY c.id FOR KEY SHARE OF c
"""


def hold_customers(*, tenant: UUID, customers: Collection[UUID]) -> dict[UUID, UUID]:
    """`hold_customer` for several, in the order in which a merge locks them; who each is now.

    Raises CustomerNotFound.
    """
    with tenant_scope(tenant), prepared_cursor() as cursor:
        cursor.execute(_HOLD_MANY, {"tenant": tenant, "customers": sorted(set(customers))})
        rows = cursor.fetchall()
        if len(rows) < len(set(customers)):
            raise CustomerNotFound
        held: dict[UUID, UUID] = {asked: into or found for asked, found, into in rows}
        if not any(into for _, _, into in rows):
            return held
        again = hold_customers(tenant=tenant, customers=set(held.values()))
        return {asked: again[found] for asked, found in held.items()}


def hold_customer_if_free(*, tenant: UUID, customer: UUID) -> UUID | None:
    """`hold_customer`, or None without waiting for somebody who is being merged: for who has other locks already."""
    with tenant_scope(tenant), prepared_cursor() as cursor:
        cursor.execute(_HOLD_IF_FREE, {"tenant": tenant, "customer": customer})
        found = cursor.fetchone()
        if found is None:
            return None
        held: UUID
        held, into = found
        return hold_customer_if_free(tenant=tenant, customer=into) if into else held


def merge_person(*, tenant: UUID, pair: MergePair, cpf_of: CpfOf | None, actor: Actor) -> None:
    """Join who two locked customers are: identities, consents, memberships, and what only one of them had.

    The other's number and ids become aliases: they find the customer and are not written to. What the customer said
    stays, unless the other withdrew later. Raises CpfsDiffer unless `cpf_of` says whose CPF stays; the wrong one is
    dropped, so that its real owner can enrol. Publishes ConsentChanged, CustomerMerged.
    """
    with tenant_scope(tenant):
        rows = {row.id: row for row in _locked(tenant, {pair.into, pair.other})}
        into, other = rows[pair.into], rows[pair.other]
        _join_identities(tenant, into, other, cpf_of)
        _join_consents(tenant, into, other, actor)
        _join_memberships(tenant, into, other)
        _join_particulars(tenant, into, other)
        Customer.objects.filter(tenant_id=tenant, merged_into_id=other.id).update(merged_into_id=into.id)
        record_audit(
            tenant=tenant,
            actor=actor,
            action="customer.merge",
            object_kind="customer",
            object_id=into.id,
            after={"merged": str(other.id), **({"cpf_of": cpf_of} if cpf_of else {})},
        )
        publish(CustomerMerged(customer_id=into.id, merged_id=other.id))


def gather_stragglers(*, tenant: UUID, merged: UUID) -> UUID | None:
    """Bring identities and memberships that were being written during the merge to whom they belong now.

    Returns the customer who stays, locked like in the merge; None for somebody who was not merged.
    """
    with tenant_scope(tenant):
        row = next(iter(_locked(tenant, {merged})), None)
        if row is None or row.merged_into_id is None:
            return None
        into = next(iter(_locked(tenant, {row.merged_into_id})))
        if into.status == Customer.Status.ERASED:
            Identity.objects.filter(tenant_id=tenant, customer_id=row.id).delete()
            Membership.objects.filter(tenant_id=tenant, customer_id=row.id).delete()
        else:
            _join_identities(tenant, into, row, "into")
            _join_memberships(tenant, into, row)
        return into.id


def _locked(tenant: UUID, customers: set[UUID]) -> Sequence[Customer]:
    """Not only against change: rows that refer to a customer take a share of their key, and wait."""
    rows = Customer.objects.select_for_update().filter(tenant_id=tenant, id__in=customers)
    return list(rows.order_by("id"))


def _join_identities(tenant: UUID, into: Customer, other: Customer, cpf_of: CpfOf | None) -> None:
    mine = {row.kind: row for row in Identity.objects.filter(tenant_id=tenant, customer_id=into.id, is_alias=False)}
    theirs = list(Identity.objects.filter(tenant_id=tenant, customer_id=other.id).order_by("is_alias", "added_at"))
    own = {row.kind for row in theirs if not row.is_alias}
    number_moves = IdentityKind.PHONE not in mine and (IdentityKind.PHONE in own or not mine.keys() & {*_OF_A_NUMBER})
    for row in theirs:
        if row.kind == IdentityKind.CPF and row.kind in mine:
            if cpf_of is None:
                raise CpfsDiffer
            wrong = row if cpf_of == "into" else mine[row.kind]
            wrong.delete()
            if wrong is row:
                continue
            del mine[row.kind]
        is_first = row.kind not in mine and not row.is_alias and (number_moves or row.kind not in _OF_A_NUMBER)
        row.customer_id, row.is_alias = into.id, not is_first
        row.save(update_fields=["customer", "is_alias"])
        if is_first:
            mine[row.kind] = row


def _join_consents(tenant: UUID, into: Customer, other: Customer, actor: Actor) -> None:
    """Only a withdrawal travels: nobody is written to on the strength of a merge."""
    channels: dict[str, Channel] = {"customer": "portal", "api_key": "api"}
    mine, theirs = (consent_state(tenant=tenant, customer=each.id) for each in (into, other))
    for category in CATEGORIES:
        said, withdrew = mine.get(category), theirs.get(category)
        if withdrew is None or withdrew.granted or (said is not None and not said.granted):
            continue
        if said is not None and said.recorded_at > withdrew.recorded_at:
            continue
        row: Consent = consent_row(
            tenant=tenant,
            customer=into.id,
            category=category,
            granted=False,
            basis="merge",
            text_version=withdrew.text_version,
            origin=Origin(channel=channels.get(actor.kind, "counter"), actor=actor),
        )
        row.save(force_insert=True)
        if said is not None:
            publish(ConsentChanged(customer_id=into.id, category=category, granted=False))


def _join_memberships(tenant: UUID, into: Customer, other: Customer) -> None:
    """Both periods become one that covers them; of tiers the customer's own stays, since one holds at a time."""
    mine = {(row.kind, row.key): row for row in Membership.objects.filter(tenant_id=tenant, customer_id=into.id)}
    has_tier = any(kind == Membership.Kind.TIER for kind, _ in mine)
    for row in Membership.objects.filter(tenant_id=tenant, customer_id=other.id):
        held = mine.get((row.kind, row.key))
        if held is None and not (row.kind == Membership.Kind.TIER and has_tier):
            row.customer_id = into.id
            row.save(update_fields=["customer"])
            continue
        if held is not None:
            held.valid_from = min(held.valid_from, row.valid_from)
            ends = held.valid_until, row.valid_until
            held.valid_until = None if ends[0] is None or ends[1] is None else max(ends[0], ends[1])
            held.save(update_fields=["valid_from", "valid_until"])
        row.delete()


def _join_particulars(tenant: UUID, into: Customer, other: Customer) -> None:
    """What the customer lacked comes from the other, who is left an empty row that points on."""
    NameToken.objects.filter(tenant_id=tenant, customer_id=other.id).delete()
    if not into.name and other.name:
        into.name = other.name
        insert_name_tokens(tenant=tenant, names=[(into.id, into.name)])
    born: date | None = birthday_of(tenant=tenant, customer=other.id)
    if into.birthday_sealed is None and born is not None:
        into.birthday_sealed, into.birthday_blind = seal_birthday(tenant=tenant, customer=into.id, birthday=born)
    into.locale = into.locale or other.locale
    into.enrolled_at = min(into.enrolled_at, other.enrolled_at)
    into.save()
    other.name = other.locale = ""
    other.birthday_sealed = other.birthday_blind = None
    other.status, other.merged_into, other.merged_at = Customer.Status.MERGED, into, now()
    other.save()
