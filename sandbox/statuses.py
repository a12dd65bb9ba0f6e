"""How far a message gets, and the status webhooks that say so."""

import json
from typing import Any

from sandbox import channels, messages, outbox, personas
from sandbox.box import Box
from sandbox.errors import webhook_error
from sandbox.messages import Message
from sandbox.numbers import scoped_user_id
from sandbox.personas import Persona

FAILURE_MS = 40


def plan(box: Box, one: Message, persona: Persona, price: dict[str, Any], error_code: int) -> None:
    """Write down which statuses will follow and when, by the persona's behaviour.

    A message with an `error_code` fails; a phone that is off (`delivered` false) stops at sent.
    """
    start = box.clock.now()
    box.store.run(
        "UPDATE messages SET rendered = ? WHERE seq = ?", (json.dumps({**one.rendered, "pricing": price}), one.seq)
    )
    if error_code:
        if persona.fail_after_sent:
            _later(box, start + persona.sent_after_ms / 1000, one.wamid, "sent")
        wait = max(FAILURE_MS, persona.sent_after_ms + 1) if persona.fail_after_sent else FAILURE_MS
        _later(box, start + wait / 1000, one.wamid, "failed", error_code)
        return
    _later(box, start + persona.sent_after_ms / 1000, one.wamid, "sent")
    if not persona.delivered:
        return
    if not persona.read_without_delivered:
        _later(box, start + persona.delivered_after_ms / 1000, one.wamid, "delivered")
    if persona.auto_read and persona.read_receipts:
        _later(box, start + persona.read_after_ms / 1000, one.wamid, "read")


def _later(box: Box, due: float, wamid: str, status: str, error_code: int | None = None) -> None:
    box.store.run(
        "INSERT INTO schedule (due_at, wamid, status, error_code) VALUES (?, ?, ?, ?)",
        (due, wamid, status, error_code),
    )


def run_due(box: Box, limit: int = 500) -> int:
    """Carry out the statuses whose moment has come; returns how many."""
    rows = box.store.all(
        "SELECT * FROM schedule WHERE due_at <= ? ORDER BY due_at, seq LIMIT ?", (box.clock.now(), limit)
    )
    for row in rows:
        box.store.run("DELETE FROM schedule WHERE seq = ?", (row["seq"],))
        one = messages.get(box.store, row["wamid"])
        if one:
            happen(box, one, row["status"], row["error_code"])
    return len(rows)


def happen(box: Box, one: Message, status: str, error_code: int | None = None) -> None:
    """Move a message to `status` now and queue its webhook; a message that is further already stays."""
    now = box.clock.now()
    first_arrival = status == "delivered" or (status == "read" and one.status != "delivered")
    if not messages.move(box.store, one, status, now, error_code):
        return
    channel = channels.get(box.store, one.phone_number_id)
    if channel is None:
        return
    persona = personas.get(box.store, one.phone)
    item: dict[str, Any] = {
        "id": one.wamid,
        "status": status,
        "timestamp": str(int(now)),
        "recipient_user_id": scoped_user_id(channel.waba_id, one.phone),
    }
    if not persona.hide_phone:
        item["recipient_id"] = persona.wa_id
    if one.tracker is not None:
        item["biz_opaque_callback_data"] = one.tracker
    price = one.rendered.get("pricing")
    # Meta prices on sent and on one of delivered and read, whichever comes first.
    if price and (status == "sent" or first_arrival):
        item["pricing"] = price
    if error_code:
        item["errors"] = [webhook_error(error_code)]
    # Contacts of statuses carry no profile.
    contact = {"user_id": item["recipient_user_id"]} | ({} if persona.hide_phone else {"wa_id": persona.wa_id})
    outbox.add(box, channel.waba_id, one.phone_number_id, "messages", "statuses", item, contact)


def read_thread(box: Box, phone_number_id: str, phone: str) -> None:
    """The person looks at the thread: what reached the phone is delivered and, with receipts on, read."""
    persona = personas.get(box.store, phone)
    if not persona.delivered or not persona.on_whatsapp:
        return
    for one in messages.unread(box.store, phone_number_id, phone):
        if one.status != "delivered" and not persona.read_without_delivered:
            continue  # it is not on the phone yet; a later look will find it
        if persona.read_receipts:
            happen(box, one, "read")
