"""Bodies as Meta posts them, delivered to a brand's channel and worked through."""

import json
from datetime import datetime
from typing import Any

from messaging.inbound import process_due
from messaging.selectors import get_message
from messaging.sending import send_due
from messaging.services import (
    queue_message,
    receive_webhook,
)
from messaging.whatsapp.signature import signature_of
from smartbis.kernel.clock import now
from smartbis.outbox.models import Event
from smartbis.tenancy.scope import tenant_scope
from tests.messaging.conftest import APP_SECRET, Line, enrol

WELCOME = {"first_name": "Ana", "brand": "Café Aurora"}
WA_ID = "551187654821"  # Ana's account, opened before the ninth digit


def body_of(line: Line, *changes: dict[str, Any], waba: str | None = None, time: int | None = None) -> bytes:
    entry = {"id": waba or line.channel.waba_id, "changes": list(changes), **({"time": time} if time else {})}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def messages_change(line: Line, number: str | None = None, **value: Any) -> dict[str, Any]:
    metadata = {"phone_number_id": number or line.channel.phone_number_id}
    return {"field": "messages", "value": {"metadata": metadata, **value}}


def status_of(message: Any, status: str, second: int = 0, wamid: str = "wamid.1", **more: Any) -> dict[str, Any]:
    return {
        "id": wamid,
        "status": status,
        "timestamp": str(int(now().timestamp()) + second),
        "biz_opaque_callback_data": str(message.id),
        **more,
    }


def text_of(text: str, wamid: str = "wamid.in", at: datetime | None = None, wa_id: str = WA_ID) -> dict[str, Any]:
    at = at or now()
    return {
        "contacts": [{"wa_id": wa_id, "profile": {"name": "Ana"}}],
        "messages": [
            {"id": wamid, "from": wa_id, "timestamp": str(int(at.timestamp())), "type": "text", "text": {"body": text}}
        ],
    }


def deliver(line: Line, raw: bytes, secret: str = f"{APP_SECRET}-aurora") -> Any:
    receipt = receive_webhook(line.channel.public_id, raw, signature_of(raw, secret))
    while process_due(tenant=line.tenant):
        pass
    return receipt


def tell(line: Line, *statuses: dict[str, Any]) -> None:
    deliver(line, body_of(line, messages_change(line, statuses=list(statuses))))


def say(line: Line, text: str, **more: Any) -> None:
    deliver(line, body_of(line, messages_change(line, **text_of(text, **more))))


def sent_message(line: Line, customer: Any = None) -> Any:
    customer = customer or enrol(line.tenant)
    message = queue_message(
        tenant=line.tenant, customer=customer.id, template="welcome", parameters=WELCOME, cause="c:1"
    )
    send_due(tenant=line.tenant)
    return message


def status(line: Line, message: Any) -> str:
    return get_message(tenant=line.tenant, message=message.id).status


def rows(line: Line, model: Any) -> int:
    with tenant_scope(line.tenant):
        return int(model.objects.count())


def events(line: Line, name: str) -> list[dict[str, Any]]:
    with tenant_scope(line.tenant):
        return list(Event.objects.filter(name=name).order_by("recorded_at", "id").values_list("payload", flat=True))
