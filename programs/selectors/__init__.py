"""What can be read about programmes and what they gave."""

from programs.selectors.awards import awards_of_purchase, awards_of_purchases, usable_today
from programs.selectors.catalogue import get_program, programs, rules_in_force
from programs.selectors.counter import (
    Attendance,
    Caution,
    TillCustomer,
    attendances,
    caution_about,
    sale_again,
    till_customer,
)
from programs.selectors.pending import Release, releases_of
from programs.selectors.statements import StatementLine, award_facts, customer_statement, explain

__all__ = [
    "Attendance",
    "Caution",
    "Release",
    "StatementLine",
    "TillCustomer",
    "attendances",
    "award_facts",
    "awards_of_purchase",
    "awards_of_purchases",
    "caution_about",
    "customer_statement",
    "explain",
    "get_program",
    "programs",
    "releases_of",
    "rules_in_force",
    "sale_again",
    "till_customer",
    "usable_today",
]
