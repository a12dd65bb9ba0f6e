"""Notices about referrals and challenges that were rewarded."""

from datetime import datetime
from uuid import UUID

from automations.notices import addressed, greeted, is_news
from messaging.services import queue_message
from programs.challenges.errors import ChallengeNotFound
from programs.challenges.selectors import get_challenge
from programs.events import ChallengeReached, ReferralSettled
from programs.referrals.selectors import find_referral
from programs.selectors.awards import awards_of_participation
from smartbis.customers.selectors import get_customer


def tell_referral_settled(*, tenant: UUID, event: ReferralSettled) -> None:
    """Tell who brought a friend what it gave; nothing when the rules gave nothing, or for history that a file brought.

    Of the friend, the first name.
    """
    referral = find_referral(tenant=tenant, referral=event.referral_id)
    came_to_pass = [at for at in (referral.due_at, referral.decided_at) if at] if referral else []
    if not any(is_news(at) for at in came_to_pass):
        return
    awards = awards_of_participation(tenant=tenant, participation=event.participation_id)
    person, _, wording = addressed(tenant, event.referrer_id)
    friend = get_customer(tenant=tenant, customer=event.friend_id)
    if not awards or person.status != "active":
        return
    queue_message(
        tenant=tenant,
        customer=event.referrer_id,
        template="referral_settled",
        parameters={
            "first_name": greeted(person, wording),
            "friend": friend.first_name or wording.phrases.customer,
            "earned": wording.earned(awards),
        },
        cause=f"referral.settled:{event.referral_id}",
    )


def tell_challenge_reached(*, tenant: UUID, event: ChallengeReached) -> None:
    """Tell what reaching a challenge gave; nothing when the rules gave nothing, or for what was done long ago."""
    if event.due_at and not is_news(datetime.fromisoformat(event.due_at)):
        return
    try:
        challenge = get_challenge(tenant=tenant, challenge=event.challenge_id)
    except ChallengeNotFound:
        return
    awards = awards_of_participation(tenant=tenant, participation=event.participation_id)
    person, _, wording = addressed(tenant, event.customer_id)
    if not awards or person.status != "active":
        return
    queue_message(
        tenant=tenant,
        customer=event.customer_id,
        template="challenge_reached",
        parameters={
            "first_name": greeted(person, wording),
            "challenge": challenge.name,
            "earned": wording.earned(awards),
        },
        cause=f"challenge.reached:{event.participation_id}",
    )
