"""What can be done with referrals."""

from datetime import timedelta
from functools import partial
from uuid import UUID

from django.utils.translation import gettext as _

from programs.events import ReferralSettled
from programs.models import Participation, Referral, ReferralTerms, Referrer
from programs.referrals.errors import ReferralDecided, ReferralNotFound
from programs.referrals.founding import FRESH, OPEN, unfounded
from programs.referrals.infos import ReferralInfo, ReferralTermsDraft
from programs.referrals.selectors import find_referrer, month_start, referral_infos, referral_terms
from programs.referrals.suspicion import suspicions
from programs.services.participations import record_participation
from programs.services.withdrawals import withdraw_participation
from smartbis.customers.selectors import get_customer
from smartbis.customers.services import hold_customer, hold_customers
from smartbis.kernel.clock import now
from smartbis.kernel.codes import new_token
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.people import Actor
from smartbis.outbox.services import publish
from smartbis.outbox.work import each_alone, request_work
from smartbis.purchases.selectors import buyers_of_import, settled_sales
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.services import record_audit

CODE_LENGTH = 8
# What taking part is called for who refers, and for the friend.
REFERRAL, REFERRED = "referral", "referred"
TURN = 100
MOST_CAP = 100_000


def set_terms(*, tenant: UUID, draft: ReferralTermsDraft, actor: Actor) -> ReferralTermsDraft:
    """Say how referrals are rewarded. Referrals that settled stay; those that wait go by the new terms.

    Raises InvalidInput with sentences by field, PermissionMissing.
    """
    require(actor, "referral.change")
    errors: dict[str, list[str]] = {}
    if not 0 <= draft.minimum_minor <= 10**12:
        errors["minimum_minor"] = [_("Zero ou mais.")]
    if not 0 <= draft.wait_days <= 365:
        errors["wait_days"] = [_("De 0 a 365 dias.")]
    for name in ("month_cap", "life_cap"):
        cap = getattr(draft, name)
        if cap is not None and not 1 <= cap <= MOST_CAP:
            errors[name] = [_("De 1 em diante; deixe vazio para não ter limite.")]
    if errors:
        raise InvalidInput(errors)
    with tenant_scope(tenant):
        before = referral_terms(tenant=tenant)
        ReferralTerms.objects.update_or_create(tenant_id=tenant, defaults=vars(draft) | {"changed_at": now()})
        record_audit(
            tenant=tenant,
            actor=actor,
            action="referral.terms",
            object_kind="brand",
            object_id=tenant,
            before=vars(before),
            after=vars(draft),
        )
        return draft


def code_of(*, tenant: UUID, customer: UUID) -> str:
    """The customer's own code, made at the first asking."""
    with tenant_scope(tenant):
        customer = hold_customer(tenant=tenant, customer=customer)
        fresh = Referrer(
            tenant_id=tenant, customer_id=customer, code=new_token()[:CODE_LENGTH].upper(), created_at=now()
        )
        Referrer.objects.bulk_create([fresh], ignore_conflicts=True)
        return Referrer.objects.get(customer_id=customer).code


def bind_referral(
    *, tenant: UUID, code: str, friend: UUID, channel: str, actor: Actor, seen_here: tuple[UUID, ...] = ()
) -> ReferralInfo | None:
    """Note through whose code somebody has just been enrolled; None where there is nothing to note.

    Only at the enrolment, and once: never for who was a customer before, nor for an unknown code, nor while the brand
    gives nothing. `seen_here` names customers who signed in on the same browser. What looks like somebody who refers
    themselves is held for a person to decide.
    """
    with tenant_scope(tenant):
        referrer = find_referrer(tenant=tenant, code=code)
        if referrer is None or not referral_terms(tenant=tenant).is_live:
            return None
        held = hold_customers(tenant=tenant, customers={referrer, friend})
        referrer, friend = held[referrer], held[friend]
        if referrer == friend:
            return None
        person = get_customer(tenant=tenant, customer=friend)
        if person.status != "active" or now() - person.enrolled_at > FRESH:
            return None
        reasons = suspicions(tenant=tenant, referrer=referrer, friend=friend, actor=actor, seen_here=seen_here)
        row = Referral(
            tenant_id=tenant,
            referrer_id=referrer,
            friend_id=friend,
            status=Referral.Status.HELD if reasons else Referral.Status.WAITING,
            reasons=reasons,
            channel=channel,
            actor_kind=actor.kind,
            actor_id=actor.id,
            bound_at=now(),
        )
        Referral.objects.bulk_create([row], ignore_conflicts=True)
        return referral_infos([Referral.objects.get(friend_id=friend)])[0]


def decide_referral(*, tenant: UUID, referral: UUID, is_good: bool, actor: Actor) -> ReferralInfo:
    """Let a referral that was held go on, or refuse it. What its friend bought meanwhile counts.

    Raises ReferralNotFound, ReferralDecided, PermissionMissing. Publishes ReferralSettled if it settles at once.
    """
    require(actor, "referral.change")
    with tenant_scope(tenant):
        row = _lock(referral)
        if row.status != Referral.Status.HELD:
            raise ReferralDecided
        row.status = Referral.Status.WAITING if is_good else Referral.Status.REFUSED
        row.decided_at, row.decided_by = now(), actor.label[:80]
        row.save()
        record_audit(
            tenant=tenant,
            actor=actor,
            action="referral.accept" if is_good else "referral.refuse",
            object_kind="referral",
            object_id=row.id,
        )
        if is_good:
            _judge(row)
        return referral_infos([row])[0]


def judge_referral_of(*, tenant: UUID, friend: UUID) -> None:
    """Look again at the referral of somebody whose purchases have changed. Publishes ReferralSettled."""
    with tenant_scope(tenant):
        friends = {friend, get_customer(tenant=tenant, customer=friend).id}
        open_row = Referral.objects.filter(friend_id__in=friends, status__in=OPEN)
        found = open_row.values_list("id", flat=True).first()
        if found is not None:
            _judge(_lock(found))


def judge_import_soon(*, tenant: UUID, import_batch: UUID) -> None:
    """Have those referrals judged whose friends' purchases an import brought, gave back or took with it."""
    with tenant_scope(tenant):
        rows = Referral.objects.filter(status__in=OPEN)
        friends = list(rows.values_list("friend_id", flat=True))
        concerned = buyers_of_import(tenant=tenant, import_batch=import_batch, among=friends)
        if concerned and rows.filter(friend_id__in=concerned).update(due_at=now()):
            request_work(queue="relay")


def judge_merged(*, tenant: UUID, customer: UUID, merged: UUID) -> None:
    """Look again at the referrals of two records that turned out to be one person.

    Who referred themselves is refused (`same_person`), and what it gave is taken back. Publishes ReferralSettled,
    ParticipationWithdrawn.
    """
    with tenant_scope(tenant):
        both = [customer, merged]
        for found in Referral.objects.filter(referrer_id__in=both, friend_id__in=both).order_by("id"):
            _refuse_self(_lock(found.id))
        judge_referral_of(tenant=tenant, friend=customer)


def _refuse_self(row: Referral) -> None:
    if row.status == Referral.Status.REFUSED:
        return
    given = Participation.objects.filter(kind__in=[REFERRAL, REFERRED], external_id=str(row.id)).order_by("kind")
    for participation in given.values_list("id", flat=True):
        withdraw_participation(tenant=row.tenant_id, participation=participation)
    _refuse(row, "same_person")


def settle_due(*, tenant: UUID) -> bool:
    """Judge referrals whose wait is over, or whom a file concerned; True when there may be more."""
    with tenant_scope(tenant, read_only=True):
        due = Referral.objects.filter(status__in=OPEN, due_at__lte=now()).order_by("due_at", "id")
        friends = list(due.values_list("friend_id", flat=True)[:TURN])
    each_alone([partial(judge_referral_of, tenant=tenant, friend=friend) for friend in friends])
    return len(friends) == TURN


def _lock(referral: UUID) -> Referral:
    """The referral, whose two customers nobody merges from here on: they are held before it is locked."""
    found = Referral.objects.filter(id=referral).first()
    if found is None:
        raise ReferralNotFound
    hold_customers(tenant=found.tenant_id, customers={found.referrer_id, found.friend_id})
    return Referral.objects.select_for_update(no_key=True).get(id=referral)


def _judge(row: Referral) -> None:
    """By the friend's purchases as they are now: the first that stands and is big enough counts from its time on."""
    tenant = row.tenant_id
    if row.status not in OPEN:
        return
    enrolled_at = get_customer(tenant=tenant, customer=row.friend_id).enrolled_at
    if reason := unfounded(row, is_same=row.referrer_id == row.friend_id, enrolled_at=enrolled_at):
        _refuse(row, reason)
        return
    terms = referral_terms(tenant=tenant)
    sales = settled_sales(tenant=tenant, customers=[row.friend_id], since=row.bound_at - FRESH)
    fitting = [sale.at for sale in sales.get(row.friend_id, []) if sale.kept_minor >= max(terms.minimum_minor, 1)]
    if not fitting or not terms.is_live:
        row.status, row.bought_at, row.due_at = Referral.Status.WAITING, None, None
        row.save()
        return
    row.bought_at = min(fitting)
    row.due_at = row.bought_at + timedelta(days=terms.wait_days)
    if row.due_at > now():
        row.status = Referral.Status.SETTLING
        row.save()
        request_work(queue="relay", due_at=row.due_at)
        return
    _settle(row, terms)


def _settle(row: Referral, terms: ReferralTermsDraft) -> None:
    tenant = row.tenant_id
    code_of(tenant=tenant, customer=row.referrer_id)
    # One after another for each referrer, so that no cap is passed.
    Referrer.objects.select_for_update(no_key=True).get(customer_id=row.referrer_id)
    settled = Referral.objects.filter(referrer_id=row.referrer_id, status="settled")
    if terms.life_cap is not None and settled.count() >= terms.life_cap:
        _refuse(row, "life_cap")
        return
    if terms.month_cap is not None and settled.filter(settled_at__gte=month_start(tenant)).count() >= terms.month_cap:
        _refuse(row, "month_cap")
        return
    if get_customer(tenant=tenant, customer=row.referrer_id).status != "active":
        _refuse(row, "referrer_gone")
        return
    given = record_participation(
        tenant=tenant, customer=row.referrer_id, kind=REFERRAL, external_id=str(row.id), occurred_at=now()
    )
    if terms.rewards_friend and get_customer(tenant=tenant, customer=row.friend_id).status == "active":
        record_participation(
            tenant=tenant, customer=row.friend_id, kind=REFERRED, external_id=str(row.id), occurred_at=now()
        )
    row.status, row.settled_at, row.participation_id = Referral.Status.SETTLED, now(), given.id
    row.save()
    publish(
        ReferralSettled(
            referral_id=row.id, referrer_id=row.referrer_id, friend_id=row.friend_id, participation_id=given.id
        )
    )


def _refuse(row: Referral, reason: str) -> None:
    row.status, row.reasons = Referral.Status.REFUSED, [*row.reasons, reason]
    row.save()
