"""A brand with at least one row in every table, its ids by name, and its canaries: texts nobody else may ever see.

The sweeps fail for a tenant's table that stays empty here: whoever adds a model adds the step that fills it.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from insights.services import change_segment, create_segment
from messaging.inbound import process_due
from messaging.selectors import conversations_page, messages_page
from messaging.services import receive_webhook
from messaging.whatsapp.signature import signature_of
from portal.services import start_sign_in
from portal.services.sessions import open_session
from programs.challenges.infos import ChallengeDraft
from programs.challenges.services import create_challenge, join_challenge
from programs.gatherings.arriving import check_in
from programs.gatherings.infos import GatheringDraft
from programs.gatherings.services import create_gathering, register
from programs.models import Article, Backtest, BacktestCustomer, ImportBatch, ImportRow
from programs.referrals.infos import ReferralTermsDraft
from programs.referrals.services import bind_referral, code_of, set_terms
from programs.selectors import Limit
from programs.selectors.notices import notices_for
from programs.services import (
    NoticeDraft,
    PlanTerms,
    confirm_payment,
    create_plan,
    grant_plan,
    merge_customers,
    open_program,
    publish_rule,
    put_away,
    record_participation,
    record_sale,
    refund_sale,
    request_adjustment,
    set_adjustment_limits,
    set_ladder,
    withdraw_plan,
)
from programs.tiers import Tier
from smartbis.customers.infos import ConsentGiven, CustomerInfo, Origin
from smartbis.customers.selectors import contact_of
from smartbis.customers.services import enrol_customer, record_consent, set_membership
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import SYSTEM, Actor
from smartbis.ledger.accounts import Account
from smartbis.ledger.figures import Figures, Movement
from smartbis.ledger.models import AgedLiability, Cutoff, DayClose, DayFigures
from smartbis.ledger.services import Move, lock_holder, post
from smartbis.outbox.work import drain_queue
from smartbis.purchases.infos import ItemDraft, RefundItemDraft, SaleDraft
from smartbis.tenancy.counters import hit
from smartbis.tenancy.once import fingerprint_of, run_once
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import StaffInfo, TenantInfo, get_store_by_code, get_tenant
from smartbis.tenancy.services import add_partner, add_staff, add_store, create_api_key, open_tenant
from tests.messaging.conftest import APP_SECRET, Line, open_line
from vouchers.infos import CouponDraft
from vouchers.services import create_coupon, issue_voucher, redeem_voucher, reverse_redemption

OWNER = Actor(kind="staff", role="owner", label="Owner")
ROLES = ("owner", "manager", "attendant", "operator", "partner", "analyst")
ALL_SCOPES = "every scope"


@dataclass(frozen=True)
class World:
    """One brand, with what the sweeps need to call its routes and to recognise its texts."""

    brand: TenantInfo
    canary: str
    ids: dict[str, UUID]
    names: dict[str, str]
    staff: dict[str, StaffInfo]
    keys: dict[str, str] = field(repr=False)
    session: str = field(repr=False)

    def argument(self, name: str) -> Any:
        """A path argument's value in this brand. Raises KeyError for one that nobody provides."""
        return self.ids[name] if name in self.ids else self.names[name]


def make_world(slug: str, canary: str, *, number: str, phone: str, cpf: str) -> World:
    """A brand called `slug` whose every free text holds `canary`. Needs the scripted Graph API to run."""
    brand = open_tenant(slug=slug, name=f"Casa {canary}", default_area_code="11", tagline=f"Lema {canary}")
    tenant, ids, names = brand.id, {}, {"slug": slug}
    partner = add_partner(tenant=tenant, name=f"Parceira {canary}", may_register_sales=True)
    ids["partner"] = partner.id
    ids["store"] = add_store(tenant=tenant, code="centro", name=f"Loja {canary}").id
    add_store(tenant=tenant, code="parceira", name=f"Outra {canary}", kind="partner", partner=partner.id)
    names["store_code"] = "centro"
    staff = {role: _member(brand, role, canary, partner.id if role == "partner" else None) for role in ROLES}
    ids |= {"member": staff["manager"].id, "user": staff["manager"].user_id}
    keys = {ALL_SCOPES: create_api_key(tenant=tenant, name=f"Chave {canary}")[1]}
    info, keys["no scope"] = create_api_key(tenant=tenant, name=f"Muda {canary}", scopes=[])
    ids["key"] = info.id
    line = open_line(brand, number)
    names["channel"] = line.channel.public_id
    customer = _customer(tenant, canary, phone, cpf, ids["store"])
    ids["customer"] = customer.id
    _sales(tenant, customer.id, ids, canary)
    _adjusted(tenant, customer.id, canary)
    _by_hand(tenant, customer.id, ids, canary)
    _closed(tenant)
    _segment(tenant, names, canary)
    _plans(tenant, customer.id, names, canary)
    _vouchers(tenant, customer.id, ids, names, canary)
    _gathering(tenant, customer.id, ids, canary)
    _goals(tenant, customer.id, ids, canary)
    _come_and_gone(tenant, customer.id, ids, canary)
    _requests(tenant, canary)
    _imported(tenant, ids, canary)
    _tried(tenant, customer.id, ids, canary)
    _conversation(line, tenant, customer.id, canary)
    drain_queue("relay")
    drain_queue("send")
    drain_queue("bulk")
    _last_ids(tenant, ids)
    ids["challenge"] = start_sign_in(tenant=tenant, phone=phone, address="192.0.2.1")
    session = open_session(tenant=tenant, customer=customer.id)
    return World(brand, canary, ids, names, staff, keys, session)


def _member(brand: TenantInfo, role: str, canary: str, partner: UUID | None) -> StaffInfo:
    return add_staff(
        tenant=brand.id,
        email=f"{role}@{brand.slug}.example",
        role=role,
        name=f"{role.title()} {canary}",
        partner=partner,
    )


def _customer(tenant: UUID, canary: str, phone: str, cpf: str, store: UUID) -> CustomerInfo:
    customer = enrol_customer(
        tenant=tenant,
        name=f"Ana {canary}",
        phone=phone,
        cpf=cpf,
        external_id=f"crm-{canary}",
        consents=ConsentGiven(utility=True, marketing=True, text_version="1"),
        origin=Origin(channel="counter", store=store, actor=SYSTEM),
    )
    record_consent(
        tenant=tenant,
        customer=customer.id,
        category="marketing",
        granted=False,
        channel="counter",
        actor=OWNER,
        store=store,
    )
    set_membership(tenant=tenant, customer=customer.id, kind="plan", key=f"plano-{canary}")
    return customer


def _segment(tenant: UUID, names: dict[str, str], canary: str) -> None:
    # The key comes from the first name and stands in addresses, which may be echoed: the canary comes after.
    key = create_segment(tenant=tenant, name=f"Todos {names['slug']}", kind="filter", actor=OWNER).key
    names["segment"] = change_segment(tenant=tenant, key=key, name=f"Todos {canary}", actor=OWNER).key


def _sales(tenant: UUID, customer: UUID, ids: dict[str, UUID], canary: str) -> None:
    spec = {"effect": {"kind": "percentage", "basis_points": 2000}}
    ids["program"] = open_program(tenant=tenant, name=f"Cashback {canary}", kind="cashback", spec=spec, actor=OWNER).id
    taking_part = {"participations": ["event"]}
    limited = {"per_customer": {"life": 500}, "per_rule": {"month": 5_000}}
    points = {
        "rules": [
            {"key": "base", "effect": {"kind": "per_unit", "points": 1, "minor": 100}},
            {"key": "event", "effect": {"kind": "fixed", "amount": 50}, "when": taking_part, "limits": limited},
            {"key": "gift", "effect": {"kind": "plan", "plan": f"plano-{canary}"}, "when": taking_part},
            {"key": "thanks", "effect": {"kind": "plan", "plan": f"plano-{canary}"}},
        ]
    }
    open_program(tenant=tenant, name=f"Pontos {canary}", kind="points", spec=points, actor=OWNER)
    store = get_store_by_code(tenant=tenant, code="centro").id
    for number in range(2):
        item = ItemDraft(sku=f"sku-{number}", name=f"Item {canary}", quantity=2, unit_minor=10_000)
        draft = SaleDraft(
            customer=customer,
            store=store,
            amount_minor=20_000,
            currency="BRL",
            external_id=f"venda-{canary}-{number}",
            items=(item,),
            operator=OWNER,
        )
        ids["purchase"] = record_sale(tenant=tenant, sale=draft).purchase.id
    refund_sale(
        tenant=tenant,
        purchase=ids["purchase"],
        external_id=f"troca-{canary}",
        items=(RefundItemDraft(sku="sku-1", quantity=1),),
        actor=OWNER,
    )
    taken = record_participation(tenant=tenant, customer=customer, kind="event", external_id=f"evento-{canary}")
    ids["participation"] = taken.id
    told = NoticeDraft(text=f"Tudo igual em {canary}.")
    publish_rule(tenant=tenant, program=ids["program"], spec=spec, actor=OWNER, notice=told)
    (notice,) = notices_for(tenant=tenant, customer=customer)
    put_away(tenant=tenant, notice=notice.id, customer=customer)
    ids["notice"] = notice.id


def _adjusted(tenant: UUID, customer: UUID, canary: str) -> None:
    """A correction, and the transfer that takes it back."""
    with tenant_scope(tenant):
        holder = lock_holder(tenant=tenant, customer=customer)
        there = Move(
            unit="BRL",
            debit=Account.ADJUSTED,
            credit=Account.AVAILABLE,
            amount=5_000,
            kind="adjust",
            explanation={"key": "adjusted", "reason": f"Cortesia {canary}"},
        )
        (transfer,) = post(tenant=tenant, holder=holder, moves=[there])
        back = replace(there, debit=Account.AVAILABLE, credit=Account.ADJUSTED, kind="undo", reverses=transfer.id)
        post(tenant=tenant, holder=holder, moves=[back])


def _by_hand(tenant: UUID, customer: UUID, ids: dict[str, UUID], canary: str) -> None:
    """A correction that waits for a second person, and a limit of the brand's own."""
    limits = {"attendant": Limit(1_000, 1_000)}
    set_adjustment_limits(tenant=tenant, limits=limits, actor=OWNER)
    attendant = Actor(kind="staff", role="attendant", id=new_id(), label=f"Atendente {canary}")
    ids["adjustment"] = request_adjustment(
        tenant=tenant,
        customer=customer,
        unit="BRL",
        amount=2_000,
        reason="other",
        note=f"Nota {canary}",
        key=canary,
        actor=attendant,
    ).id


def _closed(tenant: UUID) -> None:
    """A closed day, as rows: a real close waits for every transaction, also for the one that this world is made in."""
    at = now()
    with tenant_scope(tenant):
        Cutoff.objects.create(tenant_id=tenant, at=at - timedelta(days=1))
        close = DayClose.objects.create(
            tenant_id=tenant,
            day=(at - timedelta(days=2)).date(),
            since=at - timedelta(days=2),
            until=at - timedelta(days=1),
            transfers=0,
            transfers_digest="0" * 64,
            previous_hash="0" * 64,
            hash="1" * 64,
            closed_at=at,
        )
        AgedLiability.objects.create(tenant_id=tenant, unit="BRL", as_of=at, ages=[0] * 5, lacking=0, cohorts=[])
        figures = Figures.after(None, Movement("BRL"))
        DayFigures.objects.create(tenant_id=tenant, close=close, **vars(figures))


def _plans(tenant: UUID, customer: UUID, names: dict[str, str], canary: str) -> None:
    plan = f"socio-{names['slug']}"  # an address may be echoed, so it holds no canary
    names |= {"plan": plan, "tier": f"base-{names['slug']}"}
    terms = PlanTerms(
        name=f"Sócio {canary}", skus=(f"anuidade-{canary}",), benefits=f"Vantagem {canary}", price_minor=1
    )
    create_plan(tenant=tenant, key=plan, terms=terms, actor=OWNER)
    what: dict[str, Any] = {"tenant": tenant, "customer": customer, "plan_key": plan, "actor": OWNER}
    confirm_payment(amount_minor=1, reference=f"Pix {canary}", **what)
    grant_plan(reason=f"Presente {canary}", key="1", **what)
    withdraw_plan(tenant=tenant, customer=customer, source="grant:1", reason=f"Engano {canary}", actor=OWNER)
    set_ladder(
        tenant=tenant,
        tiers=[Tier(names["tier"], f"Base {canary}", 0)],
        measure="spend",
        window="rolling",
        keep="for_ever",
        fall="earned",
        actor=OWNER,
    )


def _vouchers(tenant: UUID, customer: UUID, ids: dict[str, UUID], names: dict[str, str], canary: str) -> None:
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
    ids |= {"voucher": issued[0].id, "redemption": uses[1].id}
    names |= {"code": issued[0].code, "qr_token": issued[0].qr_token}


def _gathering(tenant: UUID, customer: UUID, ids: dict[str, UUID], canary: str) -> None:
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


def _goals(tenant: UUID, customer: UUID, ids: dict[str, UUID], canary: str) -> None:
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


def _come_and_gone(tenant: UUID, customer: UUID, ids: dict[str, UUID], canary: str) -> None:
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


def _requests(tenant: UUID, canary: str) -> None:
    run_once(
        tenant=tenant,
        key=f"key-{canary}",
        operation="POST /api/v1/purchases",
        fingerprint=fingerprint_of("x", canary),
        work=lambda: (201, {"canary": canary}),
    )
    hit(tenant=tenant, name=f"otp:{canary}", limit=5, window_seconds=60)


def _imported(tenant: UUID, ids: dict[str, UUID], canary: str) -> None:
    """A file that was read, as rows: what reads files works on a disk, which these sweeps are not about."""
    with tenant_scope(tenant):
        batch = ImportBatch.objects.create(
            tenant_id=tenant,
            kind="products",
            status="done",
            filename=f"{canary}.csv",
            sha256="0" * 64,
            size_bytes=1,
            encoding="utf-8",
            delimiter=",",
            actor_kind="staff",
            actor_label=f"Owner {canary}",
            rows_total=1,
            rows_done=1,
            rows_failed=1,
            created_at=now(),
        )
        ImportRow.objects.create(tenant_id=tenant, batch=batch, line=2, state="error", code="invalid", detail=canary)
        Article.objects.create(
            tenant_id=tenant, sku=f"sku-{canary}", name=f"Artigo {canary}", import_batch=batch.id, recorded_at=now()
        )
    ids["batch"] = ids["import_id"] = batch.id


def _tried(tenant: UUID, customer: UUID, ids: dict[str, UUID], canary: str) -> None:
    """A draft that was tried, as rows: what replays sales has its own tests."""
    with tenant_scope(tenant):
        row = Backtest.objects.create(
            tenant_id=tenant,
            program_id=ids["program"],
            draft={"rules": []},
            since=now().date(),
            until=now().date(),
            status="stopped",
            actor_label=f"Owner {canary}",
            created_at=now(),
        )
        BacktestCustomer.objects.create(
            tenant_id=tenant, backtest=row, part=1, customer_id=customer, live=1, draft=2, difference=1
        )
    ids["backtest"] = row.id


def _conversation(line: Line, tenant: UUID, customer: UUID, canary: str) -> None:
    phone = (contact_of(tenant=tenant, customer=customer).phone_e164 or "").lstrip("+")
    message = {
        "id": f"wamid.{canary}",
        "from": phone,
        "timestamp": str(int(now().timestamp())),
        "type": "text",
        "text": {"body": f"Olá {canary}"},
    }
    value = {
        "metadata": {"phone_number_id": line.channel.phone_number_id},
        "contacts": [{"wa_id": phone, "profile": {"name": f"Ana {canary}"}}],
        "messages": [message],
    }
    entry = {"id": line.channel.waba_id, "changes": [{"field": "messages", "value": value}]}
    raw = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
    slug = get_tenant(tenant=tenant).slug
    receive_webhook(line.channel.public_id, raw, signature_of(raw, f"{APP_SECRET}-{slug}"))
    while process_due(tenant=tenant):
        pass


def _last_ids(tenant: UUID, ids: dict[str, UUID]) -> None:
    ids["conversation"] = conversations_page(tenant=tenant).items[0].id
    ids["message"] = messages_page(tenant=tenant).items[0].id
    ids["unknown"] = new_id()
