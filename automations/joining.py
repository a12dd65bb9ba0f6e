"""What a brand answers to words that mean something by themselves: "quero participar", and "sair"."""

from contextlib import suppress
from uuid import UUID

from django.conf import settings

from automations.wording import PHRASES
from messaging.infos import ReceivedMessage
from messaging.keywords import store_hint
from messaging.library import language_for
from messaging.selectors import get_received
from messaging.services import queue_text
from programs.referrals.selectors import code_in
from programs.referrals.services import bind_referral
from smartbis.customers.errors import IdentityTaken
from smartbis.customers.infos import ConsentGiven, Origin
from smartbis.customers.selectors import allows, find_customer
from smartbis.customers.services import enrol_customer, record_consent
from smartbis.kernel.people import SYSTEM, Actor
from smartbis.tenancy.selectors import TenantInfo, get_tenant, stores


def join_by_message(*, tenant: UUID, message: UUID) -> None:
    """Enrol who asked to join, with their message as the proof of consent to service notices; never to marketing.

    A store named in the message is where they came from, and a customer's code who invited them. Who is a member
    already gets notices again if they had stopped them, and an answer.
    """
    received = get_received(tenant=tenant, message=message)
    brand = get_tenant(tenant=tenant)
    member = _member(tenant, received)
    if member is None:
        _enrol(tenant, brand, received)
    else:
        _answer_member(tenant, brand, received, member)


def confirm_stop(*, tenant: UUID, message: UUID) -> None:
    """Tell who wrote a stop word that it holds, and how to come back; not who has come back meanwhile."""
    received = get_received(tenant=tenant, message=message)
    member = _member(tenant, received)
    if member is not None and allows(tenant=tenant, customer=member, category="utility"):
        return
    brand = get_tenant(tenant=tenant)
    words = PHRASES[language_for(brand.locale)].stopped
    _answer(tenant, received, words.format(brand=brand.name), cause=f"stop:{received.id}")


def _member(tenant: UUID, received: ReceivedMessage) -> UUID | None:
    found = find_customer(tenant=tenant, bsuid=received.user_id) if received.user_id else None
    if found is None and received.wa_id:
        found = find_customer(tenant=tenant, wa_id=received.wa_id)
    return found.id if found else None


def _enrol(tenant: UUID, brand: TenantInfo, received: ReceivedMessage) -> None:
    codes = {store.code: store.id for store in stores(tenant=tenant)}
    hint = store_hint(received.text, codes)
    with suppress(IdentityTaken):  # somebody else enrolled them in this moment
        person = enrol_customer(
            tenant=tenant,
            name=received.profile_name,
            wa_id=received.wa_id or None,
            bsuid=received.user_id or None,
            consents=ConsentGiven(utility=True, marketing=False, text_version=brand.terms_version),
            origin=Origin(
                channel="whatsapp", store=codes[hint] if hint else None, actor=Actor(kind="customer", label="WhatsApp")
            ),
        )
        bind_referral(
            tenant=tenant,
            code=code_in(tenant=tenant, text=received.text),
            friend=person.id,
            channel="whatsapp",
            actor=Actor(kind="customer", id=person.id),
        )


def _answer_member(tenant: UUID, brand: TenantInfo, received: ReceivedMessage, member: UUID) -> None:
    if not allows(tenant=tenant, customer=member, category="utility"):
        record_consent(
            tenant=tenant,
            customer=member,
            category="utility",
            granted=True,
            basis="consent",
            text_version=brand.terms_version,
            channel="whatsapp",
            actor=Actor(kind="customer", id=member),
        )
    words = PHRASES[language_for(brand.locale)].already_member
    link = f"{settings.BASE_URL}/p/{brand.slug}/"
    _answer(tenant, received, words.format(brand=brand.name, link=link), cause=f"join:{received.id}")


def _answer(tenant: UUID, received: ReceivedMessage, body: str, *, cause: str) -> None:
    """A text in the window that the person's own message opened."""
    if received.conversation_id is not None:
        queue_text(tenant=tenant, conversation=received.conversation_id, body=body, cause=cause, actor=SYSTEM)
