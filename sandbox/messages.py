"""The messages of every thread, with what was sent, what it looks like and how far it got."""

import json
from dataclasses import dataclass
from typing import Any

from sandbox.clock import iso
from sandbox.store import Store

RANK = {"accepted": 0, "sent": 1, "delivered": 2, "read": 3, "failed": 4}


@dataclass
class Message:
    """One message; `direction` is `out` (business to person) or `in`."""

    seq: int
    wamid: str
    phone_number_id: str
    phone: str
    direction: str
    type: str
    payload: dict[str, Any]
    rendered: dict[str, Any]
    category: str
    tracker: str | None
    status: str
    history: list[dict[str, Any]]
    created_at: float

    def public(self) -> dict[str, Any]:
        """Return the message for programs: rendered text, buttons with final addresses, statuses so far."""
        template = self.payload.get("template") if self.type == "template" else None
        return {
            "id": self.wamid,
            "phone_number_id": self.phone_number_id,
            "phone": self.phone,
            "to" if self.direction == "out" else "from": f"+{self.phone}",
            "direction": self.direction,
            "type": self.type,
            "template": {"name": template["name"], "language": template["language"]["code"]} if template else None,
            "category": self.category,
            "text": self.rendered.get("body", ""),
            "header": self.rendered.get("header"),
            "footer": self.rendered.get("footer", ""),
            "buttons": self.rendered.get("buttons", []),
            "status": self.status,
            "statuses": [{**entry, "at": iso(entry["at"])} for entry in self.history],
            "biz_opaque_callback_data": self.tracker,
            "at": iso(self.created_at),
            "payload": self.payload,
        }


def _load(row: Any) -> Message:
    values = dict(row)
    for name in ("payload", "rendered", "history"):
        values[name] = json.loads(values[name])
    return Message(**values)


def add(store: Store, one: Message) -> Message:
    """Append a message to its thread; its `seq` is given here."""
    one.seq = store.insert(
        "INSERT INTO messages (wamid, phone_number_id, phone, direction, type, payload, rendered, category, tracker, "
        "status, history, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            one.wamid, one.phone_number_id, one.phone, one.direction, one.type, json.dumps(one.payload),
            json.dumps(one.rendered), one.category, one.tracker, one.status, json.dumps(one.history), one.created_at,
        ),
    )  # fmt: skip
    return one


def get(store: Store, wamid: str) -> Message | None:
    """Return a message by its id."""
    row = store.one("SELECT * FROM messages WHERE wamid = ?", (wamid,))
    return _load(row) if row else None


def move(store: Store, one: Message, status: str, at: float, error_code: int | None = None) -> bool:
    """Move a message forward to `status`; returns False when it is there already, further, or failed."""
    if one.status == "failed" or RANK[status] <= RANK[one.status]:
        return False
    one.status = status
    one.history.append({"status": status, "at": at, **({"error_code": error_code} if error_code else {})})
    store.run(
        "UPDATE messages SET status = ?, history = ? WHERE wamid = ?", (status, json.dumps(one.history), one.wamid)
    )
    return True


def thread(store: Store, phone_number_id: str, phone: str, limit: int = 200) -> list[Message]:
    """Return the latest messages between a number and a person, oldest first."""
    rows = store.all(
        "SELECT * FROM messages WHERE phone_number_id = ? AND phone = ? ORDER BY seq DESC LIMIT ?",
        (phone_number_id, phone, limit),
    )
    return [_load(row) for row in reversed(rows)]


def search(
    store: Store, *, phone: str = "", phone_number_id: str = "", direction: str = "", after: int = 0, limit: int = 100
) -> list[Message]:
    """Return the latest messages that match, oldest first; `after` is a `seq` to continue from."""
    clauses, values = ["seq > ?"], [after] + [one for one in (phone, phone_number_id, direction) if one]
    for name, wanted in (("phone", phone), ("phone_number_id", phone_number_id), ("direction", direction)):
        if wanted:
            clauses.append(f"{name} = ?")
    rows = store.all(
        f"SELECT * FROM messages WHERE {' AND '.join(clauses)} ORDER BY seq DESC LIMIT ?",  # noqa: S608
        (*values, limit),
    )
    return [_load(row) for row in reversed(rows)]


def unread(store: Store, phone_number_id: str, phone: str) -> list[Message]:
    """Return what the business sent and the person has not read, oldest first."""
    rows = store.all(
        "SELECT * FROM messages WHERE phone_number_id = ? AND phone = ? AND direction = 'out' "
        "AND status IN ('accepted', 'sent', 'delivered') ORDER BY seq",
        (phone_number_id, phone),
    )
    return [_load(row) for row in rows]


def mark_inbound_read(store: Store, one: Message, at: float) -> int:
    """Mark an inbound message and everything before it in its thread as read by the business; returns how many."""
    rows = store.all(
        "SELECT * FROM messages WHERE phone_number_id = ? AND phone = ? AND direction = 'in' AND seq <= ? "
        "AND status != 'read'",
        (one.phone_number_id, one.phone, one.seq),
    )
    return sum(move(store, _load(row), "read", at) for row in rows)
