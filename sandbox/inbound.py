"""What a person does: writes, taps a button, chooses from a list, sends a picture, blocks, stops marketing."""

import base64
import binascii
from dataclasses import asdict, dataclass, replace
from typing import Any

from sandbox import channels, media, messages, outbox, personas
from sandbox.box import Box
from sandbox.channels import Channel
from sandbox.errors import ControlError, GraphError
from sandbox.messages import Message
from sandbox.numbers import canonical, digits, message_id, scoped_user_id
from sandbox.personas import Persona

TEXT_MAX = 4096
BLANK: dict[str, Any] = {"header": None, "body": "", "footer": "", "buttons": []}


@dataclass
class Act:
    """What is sent: the webhook's message type and content, and how it looks in the thread."""

    type: str
    content: dict[str, Any]
    rendered: dict[str, Any]


def receive(box: Box, channel: Channel, phone: str, body: dict[str, Any]) -> Message:
    """Let `phone` send a message to a business number; opens its 24-hour window and queues the webhook.

    `body` has `type` (text by default) and that type's fields, or Meta's own object under the type's name; `context`
    is the id of the message answered; `timestamp` (epoch seconds) backdates it; `referral` an ad that led here.

    Raises: ControlError for a message nobody can send, or a person who blocked the business.
    """
    persona = personas.get(box.store, phone)
    now = box.clock.now()
    contact = personas.contact(box.store, channel.phone_number_id, phone, now)
    if contact.blocked:
        raise ControlError("this person has blocked the business", status=409, code="blocked")
    if canonical(digits(channel.display_phone_number)) == phone:
        raise ControlError("a number can't write to itself")
    kind = str(body.get("type", "text"))
    act = _act(box, channel, kind, body)
    sent_at = _timestamp(body, now)
    wamid = message_id(box.rng, persona.wa_id, inbound=True)
    item = _item(box, channel, persona, wamid, act, body, sent_at)
    one = messages.add(
        box.store,
        Message(
            0, wamid, channel.phone_number_id, phone, "in", act.type, item, act.rendered, "service", None,
            "delivered", [{"status": "delivered", "at": now}], sent_at,
        ),
    )  # fmt: skip
    contact.last_inbound_at = max(sent_at, contact.last_inbound_at or 0.0)
    contact.last_message_at = now
    personas.save_contact(box.store, contact)
    entry = personas.webhook_contact(persona, channel.waba_id)
    outbox.add(box, channel.waba_id, channel.phone_number_id, "messages", "messages", item, entry)
    return one


def _timestamp(body: dict[str, Any], now: float) -> float:
    if body.get("timestamp") is None:
        return now
    try:
        moment = float(body["timestamp"])
    except (TypeError, ValueError) as error:
        raise ControlError("timestamp must be seconds since the epoch") from error
    if not 0 <= moment <= now + 1:
        raise ControlError("timestamp must not be in the future")
    return moment


def _item(
    box: Box, channel: Channel, persona: Persona, wamid: str, act: Act, body: dict[str, Any], sent_at: float
) -> dict[str, Any]:
    item: dict[str, Any] = {"from_user_id": scoped_user_id(channel.waba_id, persona.phone)}
    if not persona.hide_phone:
        item["from"] = persona.wa_id
    item |= {"id": wamid, "timestamp": str(int(sent_at)), "type": act.type, **act.content}
    answered = body.get("context")
    if isinstance(answered, dict):
        answered = answered.get("id") or answered.get("message_id")
    if answered:
        one = messages.get(box.store, str(answered))
        if one is None or one.phone != persona.phone:
            raise ControlError("context is no message of this thread", code="unknown_context")
        sender = digits(channel.display_phone_number) if one.direction == "out" else persona.wa_id
        item["context"] = {"from": sender, "id": one.wamid}
    if isinstance(body.get("referral"), dict):
        item["referral"] = body["referral"]
    return item


def _act(box: Box, channel: Channel, kind: str, body: dict[str, Any]) -> Act:
    builders = {
        "text": _text, "button": _button, "interactive": _interactive, "reaction": _reaction, "location": _location,
        "unsupported": _unsupported,
    }  # fmt: skip
    if kind in builders:
        return builders[kind](body)
    if kind in (*media.LIMITS, "sticker"):
        return _media(box, channel, kind, body)
    raise ControlError(f"type {kind} is not one a person can send here")


def _words(value: Any, name: str, limit: int = TEXT_MAX) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > limit:
        raise ControlError(f"{name} must be text of 1 to {limit} characters")
    return value


def _text(body: dict[str, Any]) -> Act:
    given = body.get("text")
    text = _words(given.get("body") if isinstance(given, dict) else given, "text")
    return Act("text", {"text": {"body": text}}, {**BLANK, "body": text})


def _button(body: dict[str, Any]) -> Act:
    given = body.get("button")
    given = given if isinstance(given, dict) else body
    text = _words(given.get("text"), "text", 256)
    payload = _words(given.get("payload", text), "payload", 256)
    return Act("button", {"button": {"payload": payload, "text": text}}, {**BLANK, "body": text})


def _interactive(body: dict[str, Any]) -> Act:
    given = body.get("interactive")
    if isinstance(given, dict):
        form = str(given.get("type", ""))
        reply = given.get(form)
    else:
        form = "list_reply" if body.get("description") is not None or body.get("list") else "button_reply"
        reply = {"id": body.get("id"), "title": body.get("title", body.get("text"))}
        if body.get("description"):
            reply["description"] = body["description"]
    if form not in ("button_reply", "list_reply", "nfm_reply") or not isinstance(reply, dict):
        raise ControlError("interactive needs a button_reply, list_reply or nfm_reply")
    if form == "nfm_reply":
        title = str(reply.get("body", "Sent"))
    else:
        _words(reply.get("id"), "id", 256)
        title = _words(reply.get("title"), "title", 256)
    return Act("interactive", {"interactive": {"type": form, form: reply}}, {**BLANK, "body": title})


def _reaction(body: dict[str, Any]) -> Act:
    given = body.get("reaction")
    given = given if isinstance(given, dict) else body
    reaction = {"message_id": _words(given.get("message_id"), "message_id", 512)}
    if given.get("emoji"):
        reaction["emoji"] = _words(given["emoji"], "emoji", 32)
    return Act("reaction", {"reaction": reaction}, {**BLANK, "body": reaction.get("emoji", "")})


def _location(body: dict[str, Any]) -> Act:
    given = body.get("location")
    given = given if isinstance(given, dict) else body
    try:
        place = {"latitude": float(given["latitude"]), "longitude": float(given["longitude"])}
    except (KeyError, TypeError, ValueError) as error:
        raise ControlError("location needs latitude and longitude") from error
    label = str(given.get("name") or f"{place['latitude']}, {place['longitude']}")
    return Act("location", {"location": {**place, "name": label}}, {**BLANK, "body": f"📍 {label}"})


def _unsupported(_: dict[str, Any]) -> Act:
    problem = {
        "code": 131051,
        "title": "Message type unknown",
        "message": "Message type unknown",
        "error_data": {"details": "Message type is currently not supported."},
    }
    return Act("unsupported", {"errors": [problem]}, {**BLANK, "body": "(mensagem de um tipo não suportado)"})


def _media(box: Box, channel: Channel, kind: str, body: dict[str, Any]) -> Act:
    given = body.get(kind)
    given = given if isinstance(given, dict) else body
    data, mime_type = media.PIXEL, "image/png"
    if given.get("data_base64"):
        mime_type = str(given.get("mime_type", "image/png"))
        try:
            data = base64.b64decode(str(given["data_base64"]), validate=True)
        except binascii.Error as error:
            raise ControlError("data_base64 is not base64") from error
    elif kind != "image":
        raise ControlError(f"{kind} needs data_base64 and mime_type")
    try:
        stored = media.add(box, channel.phone_number_id, mime_type, str(given.get("filename", "")), data)
    except GraphError as error:
        raise ControlError(error.details) from error
    caption = given.get("caption")
    content = {"mime_type": mime_type, "sha256": base64.b64encode(bytes.fromhex(stored.sha256)).decode()}
    content |= {"id": stored.id, "url": media.described(box, stored)["url"]}
    if kind == "document":
        content["filename"] = stored.filename or "documento"
    if isinstance(caption, str) and caption:
        content["caption"] = caption
    header = {"type": kind, "id": stored.id, "filename": stored.filename}
    return Act(kind, {kind: content}, {**BLANK, "header": header, "body": caption or ""})


def change_number(box: Box, phone: str, new: str) -> int:
    """The person takes another number; every business they exchanged with is told by a system message.

    Meta gives them another scoped id with it. How they behave, and whom they blocked or stopped, goes with them.
    Returns how many businesses were told. Raises: ControlError when the new number is the old one.
    """
    if phone == new:
        raise ControlError("the new number is the old one")
    old, now = personas.get(box.store, phone), box.clock.now()
    told = 0
    moved = personas.update(box.store, {**asdict(old), "phone": new})
    for channel in channels.everyone(box.store):
        if not personas.has_met(box.store, channel.phone_number_id, phone):
            continue
        standing = personas.contact(box.store, channel.phone_number_id, phone, now)
        personas.save_contact(box.store, replace(standing, phone=new, last_message_at=now, last_inbound_at=None))
        ids = [scoped_user_id(channel.waba_id, each) for each in (phone, new)]
        words = f"User {old.name} changed from {phone} to {new}"
        system = {"type": "user_changed_number", "body": words, "wa_id": moved.wa_id}
        item: dict[str, Any] = {
            "from": old.wa_id,
            "from_user_id": ids[0],
            "id": message_id(box.rng, old.wa_id, inbound=True),
            "timestamp": str(int(now)),
            "type": "system",
            "system": {**system, "previous_user_id": ids[0], "user_id": ids[1]},
        }
        if old.hide_phone:
            del item["from"], item["system"]["wa_id"]
        outbox.add(box, channel.waba_id, channel.phone_number_id, "messages", "messages", item, {})
        told += 1
    return told


def set_blocked(box: Box, channel: Channel, phone: str, *, blocked: bool) -> None:
    """Block or unblock the business; Meta tells the business nothing, its messages just fail."""
    contact = personas.contact(box.store, channel.phone_number_id, phone, box.clock.now())
    contact.blocked = blocked
    personas.save_contact(box.store, contact)


def set_stop_marketing(box: Box, channel: Channel, phone: str, *, stop: bool) -> None:
    """Use WhatsApp's own marketing control; the business hears it as `user_preferences`. No change, no webhook."""
    now = box.clock.now()
    contact = personas.contact(box.store, channel.phone_number_id, phone, now)
    if contact.stop_marketing == stop:
        return
    contact.stop_marketing = stop
    personas.save_contact(box.store, contact)
    persona = personas.get(box.store, phone)
    item: dict[str, Any] = {
        "user_id": scoped_user_id(channel.waba_id, phone),
        "detail": f"User requested to {'stop' if stop else 'resume'} marketing messages",
        "category": "marketing_messages",
        "value": "stop" if stop else "resume",
        "timestamp": int(now),
    }
    if not persona.hide_phone:
        item["wa_id"] = persona.wa_id
    entry = personas.webhook_contact(persona, channel.waba_id)
    outbox.add(box, channel.waba_id, channel.phone_number_id, "user_preferences", "user_preferences", item, entry)
