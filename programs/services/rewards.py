"""Giving what rules give: evaluate, write the awards, move the value. One way for one sale and for a thousand."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from programs.infos import AwardInfo
from programs.rules import Granted, ParticipationFacts, SaleFacts, evaluate, write_rule
from programs.selectors.catalogue import RuleBook, RuleInForce
from programs.sql import INSERT_AWARDS
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.ledger.accounts import Account
from smartbis.ledger.selectors import BalanceInfo
from smartbis.ledger.services import LockedHolder, Move, lock_holders, post_all
from smartbis.outbox.work import request_work
from smartbis.tenancy.statements import execute_rows, one_trip, prepared_cursor


@dataclass(frozen=True)
class Occasion:
    """Something that may earn: whose, when, the facts, and where it comes from."""

    customer: UUID
    facts: SaleFacts | ParticipationFacts
    occurred_at: datetime
    purchase: UUID | None = None
    participation: UUID | None = None
    store: UUID | None = None
    is_settled: bool = True
    import_batch: UUID | None = None


@dataclass(frozen=True)
class _Gift:
    occasion: Occasion
    source: RuleInForce
    granted: Granted
    info: AwardInfo


@dataclass(frozen=True)
class Rewards:
    """What occasions earned, in their order, and the balances of those who earned."""

    awards: list[tuple[AwardInfo, ...]]
    balances: dict[UUID, tuple[BalanceInfo, ...]]


def reward(tenant: UUID, book: RuleBook, occasions: Sequence[Occasion]) -> Rewards:
    """Award every occasion by the rules in force when it happened. Runs in the tenant's scope.

    Locks the holders, in one order, before any balance is read; what is owed is repaid from what becomes available.
    """
    gifts: list[list[_Gift]] = [_gifts(book, occasion) for occasion in occasions]
    flat = [gift for each in gifts for gift in each]
    if not flat:
        return Rewards([() for _ in occasions], {})
    holders = lock_holders(tenant=tenant, customers={gift.occasion.customer for gift in flat})
    moves: list[tuple[LockedHolder, Move]] = []
    owed = {(holder.customer_id, unit): b.owed for holder in holders.values() for unit, b in holder.balances.items()}
    for gift in flat:
        holder = holders[gift.occasion.customer]
        moves += [(holder, move) for move in _moves(gift, owed)]
    with one_trip():
        _insert(tenant, flat)
        post_all(tenant=tenant, moves=moves)
    _wake_for_release(flat)
    return Rewards(
        [tuple(gift.info for gift in each) for each in gifts],
        {customer: balance_infos(holder) for customer, holder in holders.items()},
    )


def balance_infos(holder: LockedHolder) -> tuple[BalanceInfo, ...]:
    """A locked holder's balances as doors see them, by unit."""
    return tuple(
        BalanceInfo(unit, each.available, each.pending, each.owed, each.held)
        for unit, each in sorted(holder.balances.items())
    )


def _gifts(book: RuleBook, occasion: Occasion) -> list[_Gift]:
    gifts = []
    for source in book.at(occasion.occurred_at):
        outcome = evaluate(source.rule, occasion.facts)
        if isinstance(outcome, Granted):
            gifts.append(_Gift(occasion, source, outcome, _info(source, occasion, outcome)))
    return gifts


def _info(source: RuleInForce, occasion: Occasion, granted: Granted) -> AwardInfo:
    instant = now()
    hold = source.rule.hold_days
    available_at = max(instant, occasion.occurred_at + timedelta(days=hold)) if occasion.is_settled else None
    is_available = available_at is not None and available_at <= instant
    return AwardInfo(
        id=new_id(),
        program_id=source.program_id,
        program=source.program,
        rule_version=source.version,
        unit=source.unit,
        base=granted.base,
        amount=granted.amount,
        reversed=0,
        status="available" if is_available else "pending",
        available_at=available_at,
        explanation=_explanation(source, occasion, granted),
    )


def _explanation(source: RuleInForce, occasion: Occasion, granted: Granted) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "key": "earned" if occasion.purchase else "earned_by_participation",
        "program": source.program,
        "version": source.version,
        "rule": write_rule(source.rule),
        "base": granted.base,
        "rounding": granted.rounding,
    }
    if isinstance(occasion.facts, ParticipationFacts):
        facts["participation"] = occasion.facts.kind
    else:
        facts["currency"] = occasion.facts.currency
    return facts


def _moves(gift: _Gift, owed: dict[tuple[UUID, str], int]) -> list[Move]:
    """The award itself, whole, and then the repayment of what is owed if it is available at once."""
    info, occasion = gift.info, gift.occasion
    available = info.status == "available"
    source = {
        "award_id": info.id,
        "purchase_id": occasion.purchase,
        "store_id": occasion.store,
        "import_batch": occasion.import_batch,
        "occurred_at": occasion.occurred_at,
    }
    earned = Move(
        unit=info.unit,
        debit=Account.ISSUED,
        credit=Account.AVAILABLE if available else Account.PENDING,
        amount=info.amount,
        kind="earn" if available else "earn_pending",
        explanation=info.explanation,
        effective_at=info.available_at,
        **source,  # type: ignore[arg-type]
    )
    debt = owed.get((occasion.customer, info.unit), 0)
    if not available or not debt:
        return [earned]
    repaid = min(debt, info.amount)
    owed[occasion.customer, info.unit] = debt - repaid
    return [earned, repayment(info.unit, repaid, award=info.id, purchase=occasion.purchase)]


def repayment(unit: str, amount: int, *, award: UUID | None, purchase: UUID | None) -> Move:
    """The transfer that pays what the customer owes from what is available."""
    return Move(
        unit=unit,
        debit=Account.AVAILABLE,
        credit=Account.RECEIVABLE,
        amount=amount,
        kind="repayment",
        explanation={"key": "repaid"},
        award_id=award,
        purchase_id=purchase,
    )


def _insert(tenant: UUID, gifts: Sequence[_Gift]) -> None:
    with prepared_cursor() as cursor:
        execute_rows(
            cursor,
            INSERT_AWARDS,
            {
                "tenant": tenant,
                "now": now(),
                "ids": [gift.info.id for gift in gifts],
                "purchases": [gift.occasion.purchase for gift in gifts],
                "participations": [gift.occasion.participation for gift in gifts],
                "customers": [gift.occasion.customer for gift in gifts],
                "programs": [gift.source.program_id for gift in gifts],
                "versions": [gift.source.version_id for gift in gifts],
                "units": [gift.info.unit for gift in gifts],
                "bases": [gift.info.base for gift in gifts],
                "wanted": [gift.granted.amount for gift in gifts],
                "granted": [gift.info.amount for gift in gifts],
                "roundings": [gift.granted.rounding for gift in gifts],
                "facts": [json.dumps(gift.info.explanation) for gift in gifts],
                "statuses": [gift.info.status for gift in gifts],
                "available_at": [gift.info.available_at for gift in gifts],
            },
        )


def _wake_for_release(gifts: Sequence[_Gift]) -> None:
    """One wake-up for the earliest release of the batch; the release itself asks for the next."""
    waiting = [
        gift.info.available_at for gift in gifts if gift.info.status == "pending" and gift.info.available_at is not None
    ]
    if waiting:
        request_work(queue="relay", due_at=min(waiting))
