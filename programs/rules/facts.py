"""What a rule may look at."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SaleFacts:
    """A sale: amounts in minor units, the store by its code."""

    gross_minor: int
    paid_minor: int
    currency: str
    store: str


@dataclass(frozen=True)
class ParticipationFacts:
    """Taking part in something that is not a sale."""

    kind: str
