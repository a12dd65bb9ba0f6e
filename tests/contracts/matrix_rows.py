"""Who may call a route: the rows of the permission matrix, and the groups of people that they name."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.contracts.principals import CUSTOMER, KEY, PRINCIPALS
from tests.contracts.world import World

Body = Callable[[World], Any]

EVERYONE = frozenset(PRINCIPALS)
API = frozenset({KEY})
CUSTOMERS = frozenset({CUSTOMER})
OWNER = frozenset({"owner"})
LEAD = OWNER | {"manager"}
COUNTER = LEAD | {"attendant", "operator"}
TILL = COUNTER | {"partner"}
STAFF = TILL | {"analyst"}
READERS = LEAD | {"attendant", "analyst"}


@dataclass(frozen=True)
class Row:
    """Who may call a route, by method.

    `is_public`: shows a brand to strangers, so that another brand's arguments are no offence; canaries that the brand
    itself publishes (its name, offers) may then appear. `any_method`: answers every method alike. `body` gives, by
    method, what to send with the ids of a world; without, an empty JSON object.
    """

    who: dict[str, frozenset[str]]
    is_public: bool = False
    any_method: bool = False
    body: dict[str, Body] = field(default_factory=dict)


def customer_of(world: World) -> dict[str, str]:
    """A reference by id."""
    return {"id": str(world.ids["customer"])}
