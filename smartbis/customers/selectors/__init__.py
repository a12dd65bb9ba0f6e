"""What can be read about customers."""

from smartbis.customers.selectors.choosing import (
    all_customers,
    customers_allowing,
    customers_belonging,
    customers_born_in,
    members_after,
    membership_keys,
)
from smartbis.customers.selectors.consents import consent_history, consent_state
from smartbis.customers.selectors.export import export_person
from smartbis.customers.selectors.finding import Sought, holders_reading, sought
from smartbis.customers.selectors.lists import customers_named
from smartbis.customers.selectors.memberships import (
    members_of,
    memberships_of,
    memberships_of_many,
    memberships_reading,
    memberships_with_periods,
)
from smartbis.customers.selectors.people import (
    birthday_of,
    birthdays_of,
    customers_with_birthday,
    customers_with_phone,
    find_customer,
    get_customer,
    get_customers,
    merged_ids,
    merged_ids_of,
    merged_since,
)
from smartbis.customers.selectors.proposals import merge_proposals
from smartbis.customers.selectors.reach import (
    Agreements,
    agreements_reading,
    allowed_customers,
    allows,
    contact_of,
    contacts_of,
    contacts_reading,
    notifiable_count,
)
from smartbis.customers.selectors.search import customer_count, customers_by_name, customers_page
from smartbis.customers.selectors.walk import active_customers, customers_after

__all__ = [
    "Agreements",
    "Sought",
    "active_customers",
    "agreements_reading",
    "all_customers",
    "allowed_customers",
    "allows",
    "birthday_of",
    "birthdays_of",
    "consent_history",
    "consent_state",
    "contact_of",
    "contacts_of",
    "contacts_reading",
    "customer_count",
    "customers_after",
    "customers_allowing",
    "customers_belonging",
    "customers_born_in",
    "customers_by_name",
    "customers_named",
    "customers_page",
    "customers_with_birthday",
    "customers_with_phone",
    "export_person",
    "find_customer",
    "get_customer",
    "get_customers",
    "holders_reading",
    "members_after",
    "members_of",
    "membership_keys",
    "memberships_of",
    "memberships_of_many",
    "memberships_reading",
    "memberships_with_periods",
    "merge_proposals",
    "merged_ids",
    "merged_ids_of",
    "merged_since",
    "notifiable_count",
    "sought",
]
