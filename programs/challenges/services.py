"""What can be done with challenges."""

from dataclasses import fields
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from programs.challenges.drafts import check
from programs.challenges.errors import ChallengeClosed, ChallengeNotFound
from programs.challenges.infos import ChallengeDraft, ChallengeInfo
from programs.challenges.measuring import reached, steps_of, window
from programs.challenges.selectors import challenge_infos
from programs.events import ChallengeReached
from programs.models import Challenge, ChallengeTaker
from programs.services.participations import record_participation
from smartbis.customers.errors import CustomerNotFound
from smartbis.customers.infos import CustomerInfo
from smartbis.customers.selectors import get_customer
from smartbis.customers.services import hold_customer
from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.people import Actor
from smartbis.outbox.services import publish
from smartbis.outbox.work import each_alone, request_work
from smartbis.tenancy.errors import SlugTaken
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.services import record_audit

_FIXED = ("key", "goal", "number", "category", "starts_at", "days", "opt_in")
TURN = 100


def create_challenge(*, tenant: UUID, draft: ChallengeDraft, actor: Actor) -> ChallengeInfo:
    """Announce a challenge. Purchases of before count if they lie in its period; a worker looks back for them.

    Raises InvalidInput with sentences by field, SlugTaken, PermissionMissing.
    """
    require(actor, "challenge.change")
    check(draft)
    with tenant_scope(tenant):
        instant = now()
        row = Challenge(tenant_id=tenant, created_at=instant, changed_at=instant, **_columns(draft))
        _note_end(row)
        if row.status == Challenge.Status.LIVE:
            _look_back(row)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            raise SlugTaken from error
        _audit(row, actor, "challenge.create")
        return challenge_infos([row])[0]


def change_challenge(*, tenant: UUID, challenge: UUID, draft: ChallengeDraft, actor: Actor) -> ChallengeInfo:
    """Change its words, its end, how often it can be reached, or end it. What was promised stays: goal and start do not
    change, nothing that was reached is taken back, and what waits is rewarded; what is done after it was ended counts
    no more.

    Raises ChallengeNotFound, InvalidInput, PermissionMissing.
    """
    require(actor, "challenge.change")
    check(draft)
    with tenant_scope(tenant):
        row = Challenge.objects.select_for_update(no_key=True).filter(id=challenge).first()
        if row is None:
            raise ChallengeNotFound
        fixed = [name for name in _FIXED if getattr(row, name) != getattr(draft, name)]
        if fixed:
            raise InvalidInput({name: [_("Isto não muda depois de publicado: crie outro desafio.")] for name in fixed})
        counted = _what_counts(row)
        for name, value in _columns(draft).items():
            setattr(row, name, value)
        row.changed_at = now()
        _note_end(row)
        if row.status == Challenge.Status.LIVE and _what_counts(row) != counted:
            _look_back(row)
        row.save()
        _audit(row, actor, "challenge.change")
        return challenge_infos([row])[0]


def join_challenge(*, tenant: UUID, challenge: UUID, customer: UUID) -> None:
    """Take part in a challenge that asks for it; again, it changes nothing.

    Raises ChallengeNotFound, ChallengeClosed, CustomerNotFound.
    """
    with tenant_scope(tenant):
        row = Challenge.objects.filter(id=challenge).first()
        if row is None:
            raise ChallengeNotFound
        if not challenge_infos([row])[0].is_open():
            raise ChallengeClosed
        customer = hold_customer(tenant=tenant, customer=customer)
        if get_customer(tenant=tenant, customer=customer).status != "active":
            raise CustomerNotFound
        _taker(row, customer, now())
        _judge(row, customer)


def judge_challenges(*, tenant: UUID, customer: UUID) -> None:
    """Look again at how far somebody has come in everything that counts now.

    Publishes ChallengeReached for each time that is rewarded.
    """
    with tenant_scope(tenant):
        customer = hold_customer(tenant=tenant, customer=customer)
        for row in Challenge.objects.filter(status=Challenge.Status.LIVE).order_by("id"):
            _judge(row, customer)


def settle_due(*, tenant: UUID) -> bool:
    """Reward what was reached and can no longer come back; True when there may be more."""
    with tenant_scope(tenant, read_only=True):
        rows = ChallengeTaker.objects.filter(due_at__lte=now()).order_by("due_at", "id")
        due = list(rows.values_list("challenge_id", "customer_id")[:TURN])
    each_alone([partial(judge_one, tenant, challenge, customer) for challenge, customer in due])
    return len(due) == TURN


def judge_one(tenant: UUID, challenge: UUID, customer: UUID) -> None:
    """Look again at how far one customer has come in one challenge. Publishes ChallengeReached."""
    with tenant_scope(tenant):
        customer = hold_customer(tenant=tenant, customer=customer)
        _judge(Challenge.objects.get(id=challenge), customer)


def _judge(row: Challenge, customer: UUID) -> None:
    """A held customer's taking part, by the present state; its row is locked, so that nothing is rewarded twice."""
    person = get_customer(tenant=row.tenant_id, customer=customer)
    if person.status != "active":
        _forget_due(row, customer)
        return
    taker = _taker_of(row, person)
    if taker is None:
        return
    start, end = window(row, taker.joined_at)
    steps = steps_of(row, [customer], start, end)
    taker.total, taker.judged_at = sum(step.worth for step in steps), now()
    # Each time waits by itself, from when what brought it about was done: what is given back meanwhile does not count.
    waiting = list(islice(reached(steps, row.number), taker.done, row.times))
    wait = timedelta(days=row.wait_days)
    while waiting and waiting[0] + wait <= now():
        _reward(row, taker, due_at=waiting[0] + wait)
        del waiting[0]
    taker.reached_at = waiting[0] if waiting else None
    taker.due_at = waiting[0] + wait if waiting else None
    if taker.due_at is not None:
        request_work(queue="relay", due_at=taker.due_at)
    taker.save()


def _taker_of(row: Challenge, person: CustomerInfo) -> ChallengeTaker | None:
    """How far somebody has come, locked; None for who takes no part: did not join, or did nothing that counts."""
    rows = ChallengeTaker.objects.select_for_update(no_key=True).filter(challenge_id=row.id, customer_id=person.id)
    taker = rows.first()
    if taker is None and not row.opt_in and _has_begun(row):
        joined_at = max(person.enrolled_at, row.created_at)
        if steps_of(row, [person.id], *window(row, joined_at)):
            _taker(row, person.id, joined_at)
            taker = rows.first()
    return taker


def _forget_due(row: Challenge, customer: UUID) -> None:
    """Who was erased is rewarded no more, and stands before nobody whose reward is due."""
    ChallengeTaker.objects.filter(challenge_id=row.id, customer_id=customer).update(reached_at=None, due_at=None)


def _reward(row: Challenge, taker: ChallengeTaker, *, due_at: datetime) -> None:
    taker.done += 1
    taker.done_at = now()
    given = record_participation(
        tenant=row.tenant_id,
        customer=taker.customer_id,
        kind=f"challenge:{row.key}",
        external_id=f"{taker.id}/{taker.done}",
        occurred_at=taker.done_at,
    )
    publish(
        ChallengeReached(
            challenge_id=row.id,
            key=row.key,
            customer_id=taker.customer_id,
            number=taker.done,
            participation_id=given.id,
            due_at=due_at.isoformat(),
        )
    )


def _what_counts(row: Challenge) -> tuple[object, ...]:
    """Those of its terms that may change how far somebody has come, and what they are given."""
    return row.status, row.ends_at, row.times, row.wait_days


def _look_back(row: Challenge) -> None:
    """What was done before counts as well: everybody it concerns is judged in the background. The row is saved next."""
    row.walk_asked_at, row.walk_after = now(), None
    request_work(queue="bulk")


def _note_end(row: Challenge) -> None:
    """Since when it is ended; one that goes on again has no such time."""
    row.ended_at = None if row.status == Challenge.Status.LIVE else row.ended_at or now()


def _has_begun(row: Challenge) -> bool:
    return row.starts_at is None or row.starts_at <= now()


def _taker(row: Challenge, customer: UUID, joined_at: datetime) -> None:
    fresh = ChallengeTaker(
        tenant_id=row.tenant_id, challenge=row, customer_id=customer, joined_at=joined_at, judged_at=now()
    )
    ChallengeTaker.objects.bulk_create([fresh], ignore_conflicts=True)


def _columns(draft: ChallengeDraft) -> dict[str, Any]:
    columns = {term.name: getattr(draft, term.name) for term in fields(ChallengeDraft)}
    columns["name"] = draft.name.strip()
    if draft.days is not None:
        columns["starts_at"] = columns["ends_at"] = None
    return columns


def _audit(row: Challenge, actor: Actor, action: str) -> None:
    after = {"key": row.key, "goal": row.goal, "number": row.number, "status": row.status}
    record_audit(
        tenant=row.tenant_id, actor=actor, action=action, object_kind="challenge", object_id=row.id, after=after
    )
