"""Giving what rules give: evaluate, write the awards, move the value. One way for one sale and for a thousand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from programs.infos import AwardInfo
from programs.rules import Granted, ParticipationFacts, UsedByRule
from programs.rules.needs import Needs, all_needs
from programs.selectors.catalogue import RuleBook, RuleInForce
from programs.services.facts import Occasion, with_members
from programs.services.gifts import GiftDraft, promise_gifts
from programs.services.usage import Allowances, Key, Take
from programs.sql import INSERT_AWARDS
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.kernel.jsons import written
from smartbis.kernel.units import TIER_POINTS
from smartbis.ledger.accounts import Account
from smartbis.ledger.selectors import BalanceInfo, spendable
from smartbis.ledger.services import LockedHolder, Move, lock_holders, post_all
from smartbis.outbox.work import request_work
from smartbis.tenancy.statements import check_keys, execute_rows, one_trip, prepared_cursor

_EARNED = {key: {"key": key} for key in ("earned", "earned_by_participation")}


@dataclass
class _Gain:
    """What one rule gives for one occasion; `take` counts it against the rule's limits, and may shrink it."""

    occasion: Occasion
    source: RuleInForce
    granted: Granted
    take: Take | None = None


@dataclass(frozen=True)
class _Gift:
    """A gain of value as it will be written."""

    occasion: Occasion
    source: RuleInForce
    granted: Granted
    info: AwardInfo


@dataclass(frozen=True)
class Rewards:
    """What occasions earned, in their order, and the balances of those who earned."""

    awards: list[tuple[AwardInfo, ...]]
    balances: dict[UUID, tuple[BalanceInfo, ...]]


def reward(
    tenant: UUID,
    book: RuleBook,
    occasions: Sequence[Occasion],
    *,
    locked: Mapping[UUID, LockedHolder] | None = None,
) -> Rewards:
    """Award every occasion by the rules in force when it happened. Runs in the tenant's scope.

    Locks the holders, unless the caller did (all of them), in one order, before any balance, count of purchases or
    limit is read; what is owed is repaid from what becomes available.
    """
    sources = [book.at(occasion.occurred_at) for occasion in occasions]
    needs = all_needs(source.needs for each in sources for source in each)
    holders = locked or {}
    if needs.lock and not locked:
        holders = lock_holders(tenant=tenant, customers={each.customer for each in occasions})
    gains = _gains(tenant, with_members(tenant, occasions, needs), sources, needs)
    flat = [gain for each in gains for gain in each]
    if not flat:
        return Rewards([() for _ in occasions], {})
    promise_gifts(tenant=tenant, gifts=[_promise(gain) for gain in flat if gain.granted.is_gift])
    given = [[_gift(gain) for gain in each if not gain.granted.is_gift] for each in gains]
    return _post(tenant, given, holders)


def expected(tenant: UUID, book: RuleBook, occasion: Occasion) -> tuple[AwardInfo, ...]:
    """What an occasion would earn if it happened now, as limits stand; writes and takes nothing."""
    sources = [book.at(occasion.occurred_at)]
    needs = all_needs(source.needs for source in sources[0])
    (known,) = with_members(tenant, [occasion], needs)
    allowances = Allowances({})
    if needs.uses:
        limited = [(each.program_id, each.rules) for each in sources[0] if each.needs.uses]
        allowances = Allowances.read(tenant, limited, [occasion.customer], [occasion.facts.moment.day])
    gains = _gains_of(known, sources[0], allowances)
    return tuple(_gift(gain).info for gain in gains if gain.granted.amount and not gain.granted.is_gift)


def _post(tenant: UUID, given: list[list["_Gift"]], locked: Mapping[UUID, LockedHolder]) -> Rewards:
    flat = [gift for each in given for gift in each]
    if not flat:
        return Rewards([() for _ in given], {})
    with one_trip():
        _insert(tenant, flat)
        holders = locked or _locked_last(tenant, {gift.occasion.customer for gift in flat})
        moves: list[tuple[LockedHolder, Move]] = []
        owed = {(each.customer_id, unit): b.owed for each in holders.values() for unit, b in each.balances.items()}
        for gift in flat:
            holder = holders[gift.occasion.customer]
            moves += [(holder, move) for move in _moves(gift, owed)]
        post_all(tenant=tenant, moves=moves)
    _wake_for_release(flat)
    return Rewards(
        [tuple(gift.info for gift in each) for each in given],
        {customer: balance_infos(holder) for customer, holder in holders.items()},
    )


def _locked_last(tenant: UUID, customers: set[UUID]) -> dict[UUID, LockedHolder]:
    """The holders, locked once all that needs no balance is written and proven: others wait for them that much less."""
    check_keys()
    return lock_holders(tenant=tenant, customers=customers)


def balance_infos(holder: LockedHolder) -> tuple[BalanceInfo, ...]:
    """A locked holder's balances as doors see them: what can be spent, by unit."""
    return spendable(
        BalanceInfo(unit, each.available, each.pending, each.owed, each.held)
        for unit, each in sorted(holder.balances.items())
    )


def _gains(
    tenant: UUID, occasions: Sequence[Occasion], sources: Sequence[Sequence[RuleInForce]], needs: Needs
) -> list[list[_Gain]]:
    """What each occasion earns, in their order: what one takes of a limit, the next one misses."""
    allowances = Allowances({})
    if needs.uses:
        limited = [(each.program_id, each.rules) for some in sources for each in some if each.needs.uses]
        days = [occasion.facts.moment.day for occasion in occasions]
        allowances = Allowances.read(tenant, limited, [occasion.customer for occasion in occasions], days)
    gains = [_gains_of(occasion, some, allowances) for occasion, some in zip(occasions, sources, strict=True)]
    if not allowances.takes:
        return gains
    allowances.settle(tenant)
    for gain in (gain for each in gains for gain in each):
        if gain.take and gain.take.amount < gain.granted.amount:
            gain.granted = gain.granted.cut_to(gain.take.amount, gain.take.cut_by or "")
    return [[gain for gain in each if gain.granted.amount] for each in gains]


def _gains_of(occasion: Occasion, sources: Sequence[RuleInForce], allowances: Allowances) -> list[_Gain]:
    gains = []
    day = occasion.facts.moment.day
    for source in sources:
        is_limited = source.needs.uses
        used = allowances.used(source.program_id, source.rules, occasion.customer, day) if is_limited else {}
        for found in source.evaluator.gains(occasion.facts, UsedByRule(used))[0]:
            granted = Granted(*found)
            gain = _Gain(occasion, source, granted)
            if counted := source.counted.get(granted.rule.key):
                value = None if granted.counts_for_tiers else counted.value
                key = Key(source.program_id, granted.rule.key)
                gain.take = Take(key, counted.rule, value, occasion.customer, day, granted.amount)
                allowances.note(gain.take)
            gains.append(gain)
    return gains


def _promise(gain: _Gain) -> GiftDraft:
    return GiftDraft(
        occasion=gain.occasion,
        program=gain.source.program_id,
        version=gain.source.version_id,
        granted=gain.granted,
        counted_on=gain.take.day if gain.take else None,
    )


def _gift(gain: _Gain) -> _Gift:
    occasion, source, granted = gain.occasion, gain.source, gain.granted
    instant = now()
    hold = granted.rule.hold_days
    available_at = max(instant, occasion.occurred_at + timedelta(days=hold)) if occasion.is_settled else None
    is_available = available_at is not None and available_at <= instant
    info = AwardInfo(
        id=new_id(),
        program_id=source.program_id,
        program=source.program,
        rule_version=source.version,
        unit=TIER_POINTS if granted.counts_for_tiers else source.unit,
        base=granted.base,
        amount=granted.amount,
        reversed=0,
        status="available" if is_available else "pending",
        available_at=available_at,
        rule=granted.rule,
        explanation=_explanation(gain),
    )
    return _Gift(occasion, source, granted, info)


def _explanation(gain: _Gain) -> dict[str, Any]:
    """What explains an award beside its rule: the facts that decided, and what a limit cut."""
    occasion, granted = gain.occasion, gain.granted
    facts: dict[str, Any] = {
        "key": "earned" if occasion.purchase else "earned_by_participation",
        "program": gain.source.program,
        "version": gain.source.version,
        "base": granted.base,
        "rounding": granted.rule.rounding,
    }
    if isinstance(occasion.facts, ParticipationFacts):
        facts["participation"] = occasion.facts.kind
    else:
        facts["currency"] = occasion.facts.currency
    when, member = granted.rule.when, occasion.facts.member
    asked = {
        "nth": member.nth if when.purchases else None,
        "birthday": True if when.birthday else None,
        "belongs": sorted(pair for pair in member.belongs if pair[1] in when.belonging.get(pair[0], ())),
        "lines": granted.lines,
        "wanted": granted.wanted if granted.cut_by else None,
        "cut_by": granted.cut_by,
        "counted_on": gain.take.day.isoformat() if gain.take else None,
    }
    return facts | {name: value for name, value in asked.items() if value}


def _moves(gift: _Gift, owed: dict[tuple[UUID, str], int]) -> list[Move]:
    """The award itself, whole, and then the repayment of what is owed if it is available at once."""
    info, occasion = gift.info, gift.occasion
    available = info.status == "available"
    source: dict[str, Any] = {
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
        explanation=_EARNED[info.explanation["key"]],
        effective_at=info.available_at,
        **source,
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
                "rule_keys": [gift.granted.rule.key for gift in gifts],
                "units": [gift.info.unit for gift in gifts],
                "bases": [gift.info.base for gift in gifts],
                "wanted": [gift.granted.wanted for gift in gifts],
                "granted": [gift.info.amount for gift in gifts],
                "roundings": [gift.granted.rule.rounding for gift in gifts],
                "facts": [written(gift.info.explanation) for gift in gifts],
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
