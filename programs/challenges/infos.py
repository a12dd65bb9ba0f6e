"""What challenges take in and hand out: frozen facts, never models."""

from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from smartbis.kernel.clock import now


@dataclass(frozen=True, kw_only=True)
class ChallengeDraft:
    """The terms of a challenge.

    `goal`: purchases, spend (`number` in minor units), stores (different ones), category (purchases with something of
    it), events. Either from `starts_at` (included) to `ends_at` (excluded), or `days` from each customer's joining.
    `reward_words` say to people what the rules give for the participation `challenge:<key>`.
    """

    key: str
    name: str
    goal: str
    number: int
    description: str = ""
    reward_words: str = ""
    category: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    days: int | None = None
    opt_in: bool = False
    times: int = 1
    wait_days: int = 0
    status: str = "live"


@dataclass(frozen=True, kw_only=True)
class ChallengeInfo(ChallengeDraft):
    """A challenge with how many take part and how often it was reached."""

    id: UUID
    takers: int
    reached: int
    created_at: datetime

    @property
    def participation(self) -> str:
        """The kind of participation that reaching it is, for the rules."""
        return f"challenge:{self.key}"

    def is_open(self) -> bool:
        """Whether it counts now."""
        instant = now()
        begun = self.starts_at is None or self.starts_at <= instant
        return self.status == "live" and begun and (self.ends_at is None or instant < self.ends_at)

    def as_draft(self) -> ChallengeDraft:
        """The terms alone."""
        return ChallengeDraft(**{term.name: getattr(self, term.name) for term in fields(ChallengeDraft)})


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far one customer has come. `value` of `challenge.number` towards the next time; `done` times rewarded."""

    challenge: ChallengeInfo
    joined: bool
    value: int
    done: int
    reached_at: datetime | None
    due_at: datetime | None
    until: datetime | None

    @property
    def is_complete(self) -> bool:
        """Whether every time was reached."""
        return self.done >= self.challenge.times
