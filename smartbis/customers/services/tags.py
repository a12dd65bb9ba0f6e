"""Tags: free words by which a brand marks customers."""

import re
from collections.abc import Collection, Sequence
from uuid import UUID

from smartbis.customers.infos import MembershipInfo
from smartbis.customers.rows import lock_customer
from smartbis.customers.selectors import members_of, memberships_of
from smartbis.customers.services.membership import set_membership
from smartbis.customers.services.memberships import close_memberships, set_memberships
from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.people import Actor
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.services import record_audit

TAG = "tag"
MAX_TAG = 40
AT_ONCE = 5_000
_BLANKS = re.compile(r"[\s_]+")


def tag_key(text: str) -> str:
    """A tag in its one form: lower case, blanks as hyphens. Raises InvalidInput."""
    key = _BLANKS.sub("-", text.strip().casefold()).strip("-")
    if not 0 < len(key) <= MAX_TAG or not key.isprintable() or "," in key:
        raise InvalidInput({"tag": [f"A tag has one to {MAX_TAG} characters and no comma."]})
    return key


def tag_customer(*, tenant: UUID, customer: UUID, tag: str, actor: Actor) -> str:
    """Mark a customer with a tag and return it in its one form; again changes nothing.

    Raises InvalidInput, CustomerNotFound, CustomerGone.
    """
    key = tag_key(tag)
    with tenant_scope(tenant):
        if (TAG, key) not in memberships_of(tenant=tenant, customer=customer):
            info = set_membership(tenant=tenant, customer=customer, kind=TAG, key=key)
            _audit(tenant, actor, "customer.tag", info.customer_id, key)
        return key


def untag_customer(*, tenant: UUID, customer: UUID, tag: str, actor: Actor) -> bool:
    """Take a tag off a customer; whether they had it. For sales of before they had it still. Raises InvalidInput."""
    key = tag_key(tag)
    with tenant_scope(tenant):
        row = lock_customer(tenant=tenant, customer=customer)
        had = bool(remove_members(tenant=tenant, kind=TAG, key=key, customers=[row.id if row else customer]))
        if had:
            _audit(tenant, actor, "customer.untag", customer, key)
        return had


def tag_many(*, tenant: UUID, customers: Collection[UUID], tag: str, actor: Actor) -> int:
    """Mark many customers with a tag, some thousands in each transaction; how many have it now. Raises InvalidInput."""
    key, instant = tag_key(tag), now()
    there = members_of(tenant=tenant, kind=TAG, key=key)
    chosen = sorted(set(customers) - there)
    tagged = len(there & set(customers))
    for start in range(0, len(chosen), AT_ONCE):
        rows = [MembershipInfo(each, TAG, key, instant, None) for each in chosen[start : start + AT_ONCE]]
        tagged += set_memberships(tenant=tenant, memberships=rows)
    with tenant_scope(tenant):
        record_audit(
            tenant=tenant,
            actor=actor,
            action="customer.tag_many",
            object_kind="tag",
            object_id=None,
            after={"tag": key, "customers": tagged},
        )
    return tagged


def remove_members(*, tenant: UUID, kind: str, key: str, customers: Sequence[UUID]) -> int:
    """Make these customers belong no more from now on; how many did. For what happened before they belong still."""
    return close_memberships(tenant=tenant, kind=kind, members=[(each, key) for each in customers], at=now())


def _audit(tenant: UUID, actor: Actor, action: str, customer: UUID, key: str) -> None:
    record_audit(
        tenant=tenant, actor=actor, action=action, object_kind="customer", object_id=customer, after={"tag": key}
    )
