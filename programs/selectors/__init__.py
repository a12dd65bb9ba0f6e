"""What can be read about programmes and what they gave."""

from programs.selectors.awards import awards_of_purchase, awards_of_purchases, usable_today
from programs.selectors.catalogue import get_program, programs, rules_in_force
from programs.selectors.pending import Release, releases_of
from programs.selectors.statements import StatementLine, customer_statement, explain

__all__ = [
    "Release",
    "StatementLine",
    "awards_of_purchase",
    "awards_of_purchases",
    "customer_statement",
    "explain",
    "get_program",
    "programs",
    "releases_of",
    "rules_in_force",
    "usable_today",
]
