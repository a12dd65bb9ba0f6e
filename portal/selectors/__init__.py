"""What can be read about sign-in codes and sessions, and the pages composed from several rooms."""

from portal.selectors.export import export_for_person
from portal.selectors.home import HomePage, home_page
from portal.selectors.programme import Promise, promises
from portal.selectors.signing import find_challenge, find_session

__all__ = [
    "HomePage",
    "Promise",
    "export_for_person",
    "find_challenge",
    "find_session",
    "home_page",
    "promises",
]
