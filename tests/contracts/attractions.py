"""The part of a world that draws customers: coupons, events, challenges, referrals, and who came by them."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from programs.challenges.infos import ChallengeDraft
from programs.challenges.services import create_challenge, join_challenge
from programs.gatherings.arriving import check_in
from programs.gatherings.infos import GatheringDraft
from programs.gatherings.services import create_gathering, register
from programs.referrals.infos import ReferralTermsDraft
from programs.referrals.services import bind_referral, code_of, set_terms
from programs.services import (
    merge_customers,
    record_sale,
)
from smartbis.customers.infos import Origin
from smartbis.customers.selectors import merge_proposals
from smartbis.customers.services import enrol_customer, propose_merge
from smartbis.kernel.clock import now
from smartbis.purchases.infos import ItemDraft, SaleDraft
from tests.contracts.books import OWNER
from vouchers.infos import CampaignDraft, CouponDraft, CouponInfo
from vouchers.services import (
    add_codes,
    change_coupon,
    create_campaign,
    create_coupon,
    issue_voucher,
    redeem_voucher,
    reverse_redemption,
    start_issuance,
)


def add_vouchers(tenant: UUID, customer: UUID, ids: dict[str, UUID], names: dict[str, str], canary: str) -> None:
    """A coupon with open vouchers, a use, and a use that was taken back."""
    draft = CouponDraft(
        name=f"Cupom {canary}",
        description=f"Vale {canary}",
        kind="amount",
        value_minor=500,
        cost_unit="BRL",
        cost_amount=300,
        stock=50,
        limit_per_customer=20,
    )
    coupon = create_coupon(tenant=tenant, draft=draft, actor=OWNER)
    ids["coupon"] = coupon.id
    issued = [
        issue_voucher(
            tenant=tenant,
            customer=customer,
            coupon=coupon.id,
            origin="balance",
            key=f"{canary}-{number}",
            actor=OWNER,
            store=ids["store"],
        )
        for number in range(2)
    ]
    uses = []
    for number in range(2):
        extra = issue_voucher(
            tenant=tenant, customer=customer, coupon=coupon.id, origin="balance", key=f"{canary}-u{number}", actor=OWNER
        )
        uses.append(
            redeem_voucher(
                tenant=tenant,
                code=extra.code,
                store=ids["store"],
                key=f"{canary}-r{number}",
                actor=OWNER,
                customer=customer,
                amount_minor=5_000,
            )
        )
    reverse_redemption(
        tenant=tenant, redemption=uses[0].id, reason=f"Engano {canary}", key=f"{canary}-back", actor=OWNER
    )
    _add_campaign(tenant, ids, coupon, canary)
    ids |= {"voucher": issued[0].id, "redemption": uses[1].id}
    names |= {"code": issued[0].code, "qr_token": issued[0].qr_token}


def _add_campaign(tenant: UUID, ids: dict[str, UUID], coupon: CouponInfo, canary: str) -> None:
    """A campaign, a coupon with other terms than it had, codes of another company, and an order for everybody."""
    campaign = create_campaign(tenant=tenant, draft=CampaignDraft(name=f"Natal {canary}", goal=canary), actor=OWNER)
    ids["campaign"] = campaign.id
    terms = replace(coupon.as_draft(), campaign_id=campaign.id, conditions=f"Letra miúda {canary}", weekdays=(1,))
    change_coupon(tenant=tenant, coupon=coupon.id, draft=terms, actor=OWNER)
    change_coupon(tenant=tenant, coupon=coupon.id, draft=replace(terms, weekdays=()), actor=OWNER)
    pooled = create_coupon(
        tenant=tenant,
        draft=CouponDraft(name=f"Cinema {canary}", kind="amount", value_minor=100, uses_pool=True, is_listed=False),
        actor=OWNER,
    )
    add_codes(tenant=tenant, coupon=pooled.id, codes=[f"{canary}-1"], actor=OWNER)
    order = start_issuance(
        tenant=tenant, coupon=pooled.id, audience="everybody", reason=f"Teste {canary}", key=canary, actor=OWNER
    )
    ids["issuance"] = order.id


def add_gathering(tenant: UUID, customer: UUID, ids: dict[str, UUID], canary: str) -> None:
    """An event that is about to begin, with somebody on its list."""
    draft = GatheringDraft(
        name=f"Sarau {canary}",
        description=f"Noite {canary}",
        place=f"Salão {canary}",
        starts_at=now() + timedelta(hours=1),
        ends_at=now() + timedelta(hours=3),
        capacity=10,
        store=ids["store"],
    )
    ids["gathering"] = create_gathering(tenant=tenant, draft=draft, actor=OWNER).id
    registration = register(
        tenant=tenant, gathering=ids["gathering"], customer=customer, actor=OWNER, channel="counter"
    )
    ids["registration"] = registration.id


def add_goals(tenant: UUID, customer: UUID, ids: dict[str, UUID], canary: str) -> None:
    """A challenge that somebody takes part in, and a friend who came through their code."""
    draft = ChallengeDraft(key="tres", name=f"Desafio {canary}", goal="purchases", number=3, days=30, opt_in=True)
    ids["goal"] = create_challenge(tenant=tenant, draft=draft, actor=OWNER).id
    join_challenge(tenant=tenant, challenge=ids["goal"], customer=customer)
    set_terms(tenant=tenant, draft=ReferralTermsDraft(is_live=True), actor=OWNER)
    code = code_of(tenant=tenant, customer=customer)
    friend = enrol_customer(
        tenant=tenant, name=f"Bia {canary}", external_id=f"amiga-{canary}", origin=Origin(channel="counter")
    )
    bound = bind_referral(tenant=tenant, code=code, friend=friend.id, channel="counter", actor=OWNER)
    assert bound is not None
    ids["referral"] = bound.id


def add_friends(tenant: UUID, customer: UUID, ids: dict[str, UUID], canary: str) -> None:
    """A friend who bought a plan and came to the event, and a second record that was merged with the first."""
    code = code_of(tenant=tenant, customer=customer)
    origin = Origin(channel="counter")
    friend = enrol_customer(tenant=tenant, name=f"Caio {canary}", external_id=f"amigo-{canary}", origin=origin).id
    bind_referral(tenant=tenant, code=code, friend=friend, channel="counter", actor=OWNER)
    registered = register(tenant=tenant, gathering=ids["gathering"], customer=friend, actor=OWNER, channel="counter")
    check_in(
        tenant=tenant,
        gathering=ids["gathering"],
        store=ids["store"],
        key=f"porta-{canary}",
        actor=OWNER,
        registration=registered.id,
    )
    again = enrol_customer(tenant=tenant, name=f"Ana {canary}", external_id=f"outra-{canary}", origin=origin).id
    for buyer in (friend, again):
        draft = SaleDraft(
            customer=buyer,
            store=ids["store"],
            amount_minor=10_000,
            currency="BRL",
            external_id=f"anuidade-{buyer}",
            items=(ItemDraft(sku=f"anuidade-{canary}", unit_minor=10_000),),
        )
        record_sale(tenant=tenant, sale=draft)
    merge_customers(tenant=tenant, into=customer, other=again, actor=OWNER)
    propose_merge(tenant=tenant, one=customer, other=friend, reason="same_account")
    ids["proposal"] = merge_proposals(tenant=tenant)[0].id
