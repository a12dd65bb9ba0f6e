"""What can be done with customers."""

from smartbis.customers.services.bulk import check_draft, enrol_in_bulk, enrol_many
from smartbis.customers.services.change import add_identity, change_customer
from smartbis.customers.services.consent import record_consent, suppress_phone
from smartbis.customers.services.enrol import enrol_customer, find_or_enrol
from smartbis.customers.services.erase import erase_customer
from smartbis.customers.services.membership import end_membership, set_membership
from smartbis.customers.services.memberships import close_memberships, drop_memberships, set_memberships
from smartbis.customers.services.merge import (
    gather_stragglers,
    hold_customer,
    hold_customer_if_free,
    hold_customers,
    lock_to_merge,
    merge_person,
)
from smartbis.customers.services.proposals import dismiss_merge, propose_merge
from smartbis.customers.services.tags import remove_members, tag_customer, tag_key, tag_many, untag_customer

__all__ = [
    "add_identity",
    "change_customer",
    "check_draft",
    "close_memberships",
    "dismiss_merge",
    "drop_memberships",
    "end_membership",
    "enrol_customer",
    "enrol_in_bulk",
    "enrol_many",
    "erase_customer",
    "find_or_enrol",
    "gather_stragglers",
    "hold_customer",
    "hold_customer_if_free",
    "hold_customers",
    "lock_to_merge",
    "merge_person",
    "propose_merge",
    "record_consent",
    "remove_members",
    "set_membership",
    "set_memberships",
    "suppress_phone",
    "tag_customer",
    "tag_key",
    "tag_many",
    "untag_customer",
]
