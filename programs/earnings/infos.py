"""What a recorded sale earned, rule by rule. Amounts are whole minor units, or points."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from programs.infos import AwardInfo
from programs.rules import Rule
from programs.rules.looking_back import Passed
from smartbis.purchases.infos import PurchaseInfo

# Why a whole programme gave nothing, before any of its rules was asked.
Closed = Literal["no_customer", "recorded_before_programme", "before_first_version", "programme_paused"]


@dataclass(frozen=True)
class GiftInfo:
    """A thing that a rule gave: so many vouchers, or periods of a plan. `refusal` is the code of why it was not given.

    `status` is `waiting`, `given`, `refused` or `taken_back`; `due_at` is from when it is handed out.
    """

    rule: Rule | None
    rule_version: int
    kind: str
    quantity: int
    status: str
    refusal: str
    due_at: datetime


@dataclass(frozen=True)
class EarnedIn:
    """What one programme gave for a sale by the `version` then in force (None: by none), and why not more.

    `closed` says why none of its rules was asked.
    """

    program_id: UUID
    program: str
    unit: str
    version: int | None
    awards: tuple[AwardInfo, ...]
    gifts: tuple[GiftInfo, ...]
    passed: tuple[Passed, ...]
    closed: Closed | None = None


@dataclass(frozen=True)
class SaleEarnings:
    """A sale with what it earned of each programme, in the programmes' order."""

    sale: PurchaseInfo
    programs: tuple[EarnedIn, ...]

    @property
    def awards(self) -> tuple[AwardInfo, ...]:
        """All that was awarded."""
        return tuple(award for each in self.programs for award in each.awards)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule that something is said of."""
        return tuple(
            rule
            for each in self.programs
            for rule in (
                *(award.rule for award in each.awards),
                *(gift.rule for gift in each.gifts),
                *(passed.rule for passed in each.passed),
            )
            if rule is not None
        )
