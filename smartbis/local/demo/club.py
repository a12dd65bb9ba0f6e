"""What an association lives by in the demo: events with a door, friends who bring friends, and a challenge."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from programs.challenges.infos import ChallengeDraft
from programs.challenges.services import create_challenge, judge_challenges
from programs.gatherings.errors import RegistrationClosed
from programs.gatherings.infos import GatheringDraft, GatheringInfo
from programs.gatherings.services import check_in, create_gathering, register
from programs.referrals.infos import ReferralTermsDraft
from programs.referrals.services import bind_referral, code_of, judge_referral_of, set_terms
from smartbis.customers.infos import ConsentGiven, Origin
from smartbis.customers.services import enrol_customer
from smartbis.kernel.clock import frozen, now
from smartbis.kernel.people import SYSTEM, Actor
from smartbis.ledger.errors import InsufficientBalance
from smartbis.tenancy.scope import tenant_scope

if TYPE_CHECKING:
    from smartbis.local.demo.history import Member, Story

# Days before today on which these things happened.
REFERRALS_OPEN, PAST_ANNOUNCED, CHALLENGE_OPENS, PAST_HELD, AHEAD_ANNOUNCED = 45, 26, 20, 12, 8
# Whose progress the page shows at once; the others' is counted with their next sale.
TOLD = 40
FRIENDS = ("Iara Nunes", "Tomás Pires", "Lia Farias", "Caetano Moura")


def live_club(story: Story, back: int) -> None:
    """What happens in the club `back` days before today."""
    if not story.brand.plan.events:
        return
    if back == REFERRALS_OPEN:
        _bring_friends(story)
    elif back == PAST_ANNOUNCED:
        story.past = _announce(story, "Roda de conversa: mar e cidade", PAST_ANNOUNCED - PAST_HELD, capacity=30)
        _fill(story, story.past, 24)
    elif back == CHALLENGE_OPENS:
        _challenge(story)
    elif back == PAST_HELD and story.past is not None:
        _open_door(story, story.past)
    elif back == AHEAD_ANNOUNCED:
        _fill(story, _announce(story, "Sarau de verão", AHEAD_ANNOUNCED + 9, capacity=60, points=50), 18)
        _fill(story, _announce(story, "Mutirão da praia", AHEAD_ANNOUNCED + 16, capacity=12), 15)
    if back % 5 == 0:
        for friend in story.friends:
            judge_referral_of(tenant=story.brand.tenant, friend=friend)
    if back == 0:
        for member in _present(story)[:TOLD]:
            judge_challenges(tenant=story.brand.tenant, customer=member.id)


def _announce(story: Story, name: str, days: int, *, capacity: int, points: int | None = None) -> GatheringInfo:
    """An event that begins so many days from now, at seven in the evening."""
    local = now().astimezone(story.zone)
    starts = datetime.combine(local.date() + timedelta(days=days), time(19, 0), tzinfo=story.zone)
    draft = GatheringDraft(
        name=name,
        description="Aberto a quem participa da associação. Chegue uns minutos antes: a entrada é pelo QR.",
        place="Sede, salão de baixo",
        store=story.brand.stores[0].id,
        starts_at=starts,
        ends_at=starts + timedelta(hours=3),
        capacity=capacity,
        price_unit="points" if points else "",
        price_amount=points,
    )
    return create_gathering(tenant=story.brand.tenant, draft=draft, actor=SYSTEM)


def _fill(story: Story, event: GatheringInfo, people: int) -> None:
    """Some of those who are members register, the last of them for the waiting list."""
    for member in story.random.sample(_present(story), min(people, len(_present(story)))):
        try:
            with tenant_scope(story.brand.tenant):
                register(
                    tenant=story.brand.tenant,
                    gathering=event.id,
                    customer=member.id,
                    actor=Actor(kind="customer", id=member.id),
                    channel="portal",
                )
        except (InsufficientBalance, RegistrationClosed):
            continue
        story.coming.setdefault(event.id, []).append(member)


def _open_door(story: Story, event: GatheringInfo) -> None:
    """Most of those who registered come; each arrival earns."""
    with frozen(event.starts_at + timedelta(minutes=5)):
        for member in story.coming[event.id]:
            if story.random.random() < 0.8:
                place = register(
                    tenant=story.brand.tenant, gathering=event.id, customer=member.id, actor=SYSTEM, channel="counter"
                )
                check_in(
                    tenant=story.brand.tenant,
                    gathering=event.id,
                    store=story.brand.stores[0].id,
                    key=f"demo-{place.id}",
                    actor=SYSTEM,
                    registration=place.id,
                )


def _challenge(story: Story) -> None:
    instant = now()
    draft = ChallengeDraft(
        key="tres-visitas",
        name="Três visitas em um mês",
        description="Compre três vezes na associação, em qualquer lugar: cantina, loja ou sede.",
        reward_words="60 pontos",
        goal="purchases",
        number=3,
        starts_at=instant,
        ends_at=instant + timedelta(days=45),
    )
    create_challenge(tenant=story.brand.tenant, draft=draft, actor=SYSTEM)


def _bring_friends(story: Story) -> None:
    """Two members bring friends; one of these signed up on the telephone of who brought them, and is looked at."""
    tenant = story.brand.tenant
    terms = ReferralTermsDraft(is_live=True, minimum_minor=1_000, month_cap=5, rewards_friend=True)
    set_terms(tenant=tenant, draft=terms, actor=SYSTEM)
    for number, name in enumerate(FRIENDS):
        referrer = _present(story)[number % 2]
        phone = f"+55{story.brand.plan.area_code}9{99_000_000 + number:08d}"
        consents = ConsentGiven(utility=True, marketing=False, text_version="1")
        friend = enrol_customer(tenant=tenant, name=name, phone=phone, consents=consents, origin=Origin(channel="demo"))
        bind_referral(
            tenant=tenant,
            code=code_of(tenant=tenant, customer=referrer.id),
            friend=friend.id,
            channel="portal",
            actor=Actor(kind="customer", id=friend.id),
            seen_here=(referrer.id,) if number == len(FRIENDS) - 1 else (),
        )
        story.friends.append(friend.id)
        if number != 2:  # one of them has not bought yet
            story.newcomer(friend.id, name, phone)


def _present(story: Story) -> list[Member]:
    return [member for member in story.members if member.since <= now().astimezone(story.zone).date() <= member.until]
