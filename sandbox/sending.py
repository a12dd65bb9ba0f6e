"""One call to POST /{phone_number_id}/messages, from payload to accepted message with its statuses planned."""

from typing import Any

from sandbox import media, messages, personas, portfolio, pricing, render, shapes, statuses, templates
from sandbox.box import Box
from sandbox.channels import Channel
from sandbox.errors import GraphError
from sandbox.messages import Message
from sandbox.numbers import canonical, dialled, digits, message_id, scoped_user_id
from sandbox.personas import Contact, Persona

TYPING_SECONDS = 25


def send(box: Box, channel: Channel, payload: dict[str, Any]) -> dict[str, Any]:
    """Accept a message and return Meta's answer, or mark an inbound message as read.

    Raises: GraphError with the code Meta gives for the first rule broken; nothing is kept then.
    """
    now = box.clock.now()
    box.limits.check_number(channel.phone_number_id, channel.options.throughput, now)
    if payload.get("status") is not None:
        return _mark_read(box, channel, payload)
    kind = shapes.check(payload)
    persona = _recipient(box, channel, payload)
    if channel.options.pair_limit:
        box.limits.check_pair(channel.phone_number_id, persona.phone, now)
    contact = personas.contact(box.store, channel.phone_number_id, persona.phone, now)
    in_window = contact.window_open(now)
    category, rendered = _content(box, channel, kind, payload)
    portfolio.check_account(box, channel, contact, category)
    rendered = {**rendered, "initiated": not in_window}
    refused = _refusal(box, channel, persona, contact, category)
    if refused == 131047 and channel.options.window_refusal == "answer":
        raise GraphError(
            131047,
            "Message failed to send because more than 24 hours have passed since the customer last replied to this "
            "number.",
        )
    one = _keep(box, channel, persona, kind, payload, category, rendered)
    contact.last_message_at, contact.typing_until = now, 0.0
    personas.save_contact(box.store, contact)
    price = pricing.quote(box.store, channel.phone_number_id, category, in_window=in_window, now=now)
    statuses.plan(box, one, persona, price, refused)
    return _accepted(channel, payload, persona, one)


def _recipient(box: Box, channel: Channel, payload: dict[str, Any]) -> Persona:
    if payload.get("to") is None:
        phone = personas.by_user_id(box.store, channel.waba_id, str(payload["recipient"]))
        if phone is None:
            raise GraphError(131026, "The recipient is unknown to this business.")
        return personas.get(box.store, phone)
    if not isinstance(payload["to"], str):
        raise GraphError(100, "Param to must be a string.")
    phone = dialled(payload["to"], channel.display_phone_number)
    if phone is None:
        raise GraphError(131009, "Param to is not a valid phone number.")
    if phone == canonical(digits(channel.display_phone_number)):
        raise GraphError(131021, "Sender and recipient phone number is the same.")
    return personas.get(box.store, phone)


def _content(box: Box, channel: Channel, kind: str, payload: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if kind == "template":
        named = payload["template"]
        one = templates.usable(box.store, channel.waba_id, named["name"], named["language"]["code"])
        rendered = render.template(one, named.get("components", []))
        _known_media(box, channel, rendered)
        return one.category.lower(), rendered
    if kind == "reaction" and messages.get(box.store, payload["reaction"]["message_id"]) is None:
        raise GraphError(131009, "Reaction message id is not valid.")
    rendered = render.free_form(kind, payload)
    _known_media(box, channel, rendered)
    return "service", rendered


def _known_media(box: Box, channel: Channel, rendered: dict[str, Any]) -> None:
    header = rendered["header"] or {}
    if "id" in header and media.get(box.store, str(header["id"]), channel.phone_number_id, box.clock.now()) is None:
        raise GraphError(
            100, f"Param {header['type']}['id'] is not a valid whatsapp business account media attachment ID"
        )


def _refusal(box: Box, channel: Channel, persona: Persona, contact: Contact, category: str) -> int:
    """Return the error code this message will fail with, or 0."""
    if category == "service" and not contact.window_open(box.clock.now()):
        return 131047
    fault = box.faults.take(channel.phone_number_id, "failed")
    if fault:
        return fault.number
    if not persona.on_whatsapp or contact.blocked:
        return 131026
    if category == "marketing" and contact.stop_marketing:
        return 131050
    if category == "marketing" and portfolio.is_capped(box, channel, contact):
        return 131049
    return persona.fail_with


def _keep(
    box: Box, channel: Channel, persona: Persona, kind: str, payload: dict[str, Any], category: str,
    rendered: dict[str, Any],
) -> Message:  # fmt: skip
    now = box.clock.now()
    return messages.add(
        box.store,
        Message(
            seq=0,
            wamid=message_id(box.rng, persona.wa_id, inbound=False),
            phone_number_id=channel.phone_number_id,
            phone=persona.phone,
            direction="out",
            type=kind,
            payload=payload,
            rendered=rendered,
            category=category,
            tracker=payload.get("biz_opaque_callback_data"),
            status="accepted",
            history=[{"status": "accepted", "at": now}],
            created_at=now,
        ),
    )


def _accepted(channel: Channel, payload: dict[str, Any], persona: Persona, one: Message) -> dict[str, Any]:
    user_id = scoped_user_id(channel.waba_id, persona.phone)
    if payload.get("to") is None:
        who = {"input": payload["recipient"], "wa_id": "", "user_id": user_id}
    else:
        who = {"input": payload["to"], "wa_id": persona.wa_id, "user_id": user_id}
    entry = {"id": one.wamid}
    if one.type == "template":
        entry["message_status"] = "accepted"
    return {"messaging_product": "whatsapp", "contacts": [who], "messages": [entry]}


def _mark_read(box: Box, channel: Channel, payload: dict[str, Any]) -> dict[str, Any]:
    if payload.get("messaging_product") != "whatsapp":
        raise GraphError(100, message="(#100) The parameter messaging_product is required.")
    if payload["status"] != "read":
        raise GraphError(100, "Param status must be one of {read}.")
    one = messages.get(box.store, shapes.text_in(payload, "message_id", "message_id", 512))
    if one is None or one.direction != "in" or one.phone_number_id != channel.phone_number_id:
        raise GraphError(100, "Param message_id is not a valid inbound message id.")
    now = box.clock.now()
    messages.mark_inbound_read(box.store, one, now)
    typing = payload.get("typing_indicator")
    if typing is not None:
        if not isinstance(typing, dict) or typing.get("type") != "text":
            raise GraphError(100, "Param typing_indicator['type'] must be one of {text}.")
        contact = personas.contact(box.store, channel.phone_number_id, one.phone, now)
        contact.typing_until = now + TYPING_SECONDS
        personas.save_contact(box.store, contact)
    return {"success": True}
