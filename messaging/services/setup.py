"""Connecting a number with a live check of each field, its health, and a message to try it with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import structlog

from messaging.blocks import WAITS_FOR_META
from messaging.breakers import end_rests
from messaging.errors import ChannelNotChecked, ChannelRefused, NobodyWrote
from messaging.infos import ChannelInfo, MessageInfo
from messaging.models import Channel, Conversation, Message
from messaging.rows import WINDOW, channel_info
from messaging.sealed import credentials_of
from messaging.services.channels import REFUSED, connect_channel, get_row, subscribe_channel
from messaging.services.queue import queue_text
from messaging.services.release import release_held
from messaging.whatsapp.errors import GatewayError, Refused
from messaging.whatsapp.gateway import Credentials, WhatsAppGateway
from messaging.whatsapp.guard import refuse_inside_transaction
from messaging.whatsapp.webhooks import UPGRADED_PER_SECOND, limit_of
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import Actor
from smartbis.outbox.work import request_work
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant
from smartbis.tenancy.services import record_audit

log = structlog.get_logger(__name__)

AnswerT = TypeVar("AnswerT")

# Meta's codes of a token that opens nothing, and of an object that it does not open.
_TOKEN_CODES = frozenset({0, 102, 104, 190})
_TEST_WORDS = {
    "pt": "Teste de {brand}: este número recebe e responde.",
    "en": "A test of {brand}: this number receives and answers.",
}


@dataclass(frozen=True)
class ChannelDraft:
    """What Meta's panel shows of a number, as people copy it."""

    phone_number_id: str
    waba_id: str
    token: str = field(repr=False)
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)
    display_name: str = ""


def connect_checked(*, tenant: UUID, draft: ChannelDraft, actor: Actor) -> ChannelInfo:
    """Connect a number once Meta confirmed each field, and have its webhooks delivered here.

    When Meta cannot reach this house's address, the number is connected all the same and its health says so. Calls the
    network: no transaction may be open. Raises ChannelRefused with the field that is wrong, ChannelNotChecked when Meta
    did not answer, ChannelInvalid, PermissionMissing.
    """
    require(actor, "message.change")
    refuse_inside_transaction()
    facts = _checked(draft)
    info = connect_channel(
        tenant=tenant,
        phone_number_id=draft.phone_number_id,
        waba_id=draft.waba_id,
        token=draft.token,
        app_secret=draft.app_secret,
        verify_token=draft.verify_token,
        display_name=draft.display_name or str(facts.get("verified_name") or "")[:80] or draft.phone_number_id,
        display_phone_number=str(facts.get("display_phone_number") or "")[:24],
        actor=actor,
    )
    return _noted(tenant, info.id, facts, is_subscribed=_subscribed(tenant, info))


def check_channel(*, tenant: UUID, channel: UUID, actor: Actor) -> ChannelInfo:
    """Ask Meta how a number is, and subscribe its webhooks where they are not.

    A number that stopped because Meta refused it goes on, since Meta answers for it again; what rests or waits for Meta
    is tried at once. Calls the network: no transaction may be open. Raises ChannelNotFound, ChannelRefused,
    ChannelNotChecked, PermissionMissing.
    """
    require(actor, "message.change")
    with tenant_scope(tenant, read_only=True):
        row = get_row(channel)
        gateway, info = WhatsAppGateway(credentials_of(row)), channel_info(row)
    facts = _asked(gateway.number, "token")
    addresses = _asked(gateway.webhook_addresses, "waba_id")
    is_subscribed = info.webhook_url in addresses or _subscribed(tenant, info)
    _go_on(tenant, channel)
    return _noted(tenant, channel, facts, is_subscribed=is_subscribed)


def _go_on(tenant: UUID, channel: UUID) -> None:
    with tenant_scope(tenant):
        at, row = now(), Channel.objects.select_for_update(no_key=True).get(id=channel)
        if row.status == Channel.Status.STOPPED and row.stop_reason.startswith(REFUSED):
            row.status, row.stop_reason = Channel.Status.LIVE, ""
            row.save(update_fields=["status", "stop_reason"])
            release_held(tenant=tenant, reason="no_channel")
        waiting = Message.objects.filter(channel_id=channel, status=Message.Status.QUEUED, reason__in=WAITS_FOR_META)
        waiting.update(due_at=at, reason="")
        end_rests(channel, at)
        request_work(queue="send")


def note_health(*, tenant: UUID, channel: UUID) -> ChannelInfo:
    """Ask Meta how a number is, and touch nothing there. Calls the network: no transaction may be open.

    Raises ChannelNotFound, ChannelRefused, ChannelNotChecked.
    """
    with tenant_scope(tenant, read_only=True):
        gateway = WhatsAppGateway(credentials_of(get_row(channel)))
    return _noted(tenant, channel, _asked(gateway.number, "token"))


def send_test(*, tenant: UUID, channel: UUID, actor: Actor) -> MessageInfo:
    """Answer whoever wrote to the number last, within the window: it proves both ways and needs no template.

    Raises ChannelNotFound, NobodyWrote, PermissionMissing.
    """
    require(actor, "message.change")
    with tenant_scope(tenant):
        get_row(channel)
        threads = Conversation.objects.filter(channel_id=channel, last_inbound_at__gt=now() - WINDOW)
        thread = threads.order_by("-last_inbound_at", "-id").first()
        if thread is None:
            raise NobodyWrote
        brand = get_tenant(tenant=tenant)
        words = _TEST_WORDS["en" if brand.locale.startswith("en") else "pt"]
        message = queue_text(
            tenant=tenant,
            conversation=thread.id,
            body=words.format(brand=brand.name),
            cause=f"test:{new_id()}",
            actor=actor,
        )
        record_audit(
            tenant=tenant, actor=actor, action="channel.test", object_kind="channel", object_id=channel, after={}
        )
        return message


def _checked(draft: ChannelDraft) -> Mapping[str, Any]:
    """What Meta says of the number, after each field was found right."""
    gateway = WhatsAppGateway(Credentials(draft.phone_number_id, draft.waba_id, draft.token))
    facts = _asked(gateway.number, "phone_number_id")
    if draft.phone_number_id not in _asked(gateway.account_numbers, "waba_id"):
        raise ChannelRefused({"waba_id": [ChannelRefused.sentence]})
    _asked(lambda: gateway.number(app_secret=draft.app_secret), "app_secret")
    return facts


def _asked(question: Callable[[], AnswerT], name: str) -> AnswerT:
    """The answer to a question that finds the field `name` wrong when Meta refuses it."""
    try:
        return question()
    except Refused as error:
        wrong = "token" if error.code in _TOKEN_CODES else name
        raise ChannelRefused({wrong: [error.details or error.title or ChannelRefused.sentence]}) from error
    except GatewayError as error:
        raise ChannelNotChecked from error


def _subscribed(tenant: UUID, info: ChannelInfo) -> bool:
    try:
        subscribe_channel(tenant=tenant, channel=info.id)
    except GatewayError as error:  # the address may not be reachable yet: the number's health says so
        log.warning("channel.not_subscribed", channel=str(info.id), error=type(error).__name__)
        return False
    return True


def _noted(tenant: UUID, channel: UUID, facts: Mapping[str, Any], *, is_subscribed: bool | None = None) -> ChannelInfo:
    throughput = facts.get("throughput")
    is_fast = isinstance(throughput, dict) and throughput.get("level") == "HIGH"
    with tenant_scope(tenant):
        row = Channel.objects.select_for_update(no_key=True).get(id=channel)
        row.verified_name = str(facts.get("verified_name") or "")[:120]
        row.display_phone_number = str(facts.get("display_phone_number") or row.display_phone_number)[:24]
        row.quality = str(facts.get("quality_rating") or "")[:10]
        limit = limit_of(facts.get("whatsapp_business_manager_messaging_limit"))
        row.daily_limit = row.daily_limit if limit is None else limit
        row.per_second = UPGRADED_PER_SECOND if is_fast else 80
        row.is_subscribed = row.is_subscribed if is_subscribed is None else is_subscribed
        row.checked_at = now()
        row.notice = ""  # what was just told is newer than the last news
        row.save()
        return channel_info(row)
