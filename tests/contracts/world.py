"""A brand with at least one row in every table, its ids by name, and its canaries: texts nobody else may ever see.

The sweeps fail for a tenant's table that stays empty here: whoever adds a model adds the step that fills it.
"""

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from insights.services import change_segment, create_segment
from messaging.breakers import note_failure
from messaging.inbound import process_due
from messaging.selectors import conversations_page, messages_page
from messaging.sending_rules import Rules
from messaging.services import load_rates, receive_webhook, set_sending_rules
from messaging.whatsapp.signature import signature_of
from portal.services import start_sign_in
from portal.services.sessions import open_session
from smartbis.customers.infos import ConsentGiven, CustomerInfo, Origin
from smartbis.customers.selectors import contact_of
from smartbis.customers.services import enrol_customer, record_consent, set_membership
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import SYSTEM
from smartbis.outbox.work import drain_queue
from smartbis.tenancy.counters import hit
from smartbis.tenancy.once import fingerprint_of, run_once
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import StaffInfo, TenantInfo, get_tenant
from smartbis.tenancy.services import add_partner, add_staff, add_store, create_api_key, open_tenant
from tests.contracts.attractions import add_friends, add_gathering, add_goals, add_vouchers
from tests.contracts.books import (
    OWNER,
    add_backtest,
    add_checkout,
    add_closed_day,
    add_correction,
    add_import,
    add_plans,
    add_sales,
    add_waiting_adjustment,
)
from tests.contracts.letters import add_letters
from tests.messaging.conftest import APP_SECRET, Line, open_line

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
    names["channel"], ids["number"] = line.channel.public_id, line.channel.id
    _sending(tenant, line)
    customer = _customer(tenant, canary, phone, cpf, ids["store"])
    ids["customer"] = customer.id
    add_sales(tenant, customer.id, ids, canary)
    add_correction(tenant, customer.id, canary)
    add_waiting_adjustment(tenant, customer.id, ids, canary)
    add_checkout(tenant, customer.id, ids, canary)
    add_closed_day(tenant)
    _segment(tenant, names, canary)
    add_plans(tenant, customer.id, names, canary)
    add_vouchers(tenant, customer.id, ids, names, canary)
    add_gathering(tenant, customer.id, ids, canary)
    add_goals(tenant, customer.id, ids, canary)
    add_friends(tenant, customer.id, ids, canary)
    _requests(tenant, canary)
    add_import(tenant, ids, canary)
    add_backtest(tenant, customer.id, ids, canary)
    _conversation(line, tenant, customer.id, canary)
    drain_queue("relay")
    drain_queue("send")
    drain_queue("bulk")
    add_letters(tenant, names, canary)
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


def _requests(tenant: UUID, canary: str) -> None:
    run_once(
        tenant=tenant,
        key=f"key-{canary}",
        operation="POST /api/v1/purchases",
        fingerprint=fingerprint_of("x", canary),
        work=lambda: (201, canary),
    )
    hit(tenant=tenant, name=f"otp:{canary}", limit=5, window_seconds=60)


def _sending(tenant: UUID, line: Line) -> None:
    """Rules of sending, a rate card, and a template that was refused once."""
    source = line.channel.display_name
    card = f"effective_from,country,category,currency,price,source\n2026-01-01,PY,utility,USD,0.01,{source}\n"
    load_rates(tenant=tenant, content=card.encode(), actor=OWNER)
    set_sending_rules(tenant=tenant, rules=Rules(own_holidays=frozenset({date(2031, 1, 25)})), actor=OWNER)
    with tenant_scope(tenant):
        note_failure(tenant, line.channel.id, "voucher_ending", 132000)


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
