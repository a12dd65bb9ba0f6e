"""Webhook updates waiting to be posted, and the log of posts.

An update waits in `updates`; when its moment comes it is packed with others of the same account into one signed body
in `deliveries`, which is then posted until somebody answers 200 (see `courier`).
"""

import json
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sandbox import channels
from sandbox.box import Box
from sandbox.clock import iso

# Seconds until each further try; the last one repeats until GIVE_UP.
BACKOFF = (1, 2, 5, 15, 60, 300, 1800, 3600)
GIVE_UP = 7 * 24 * 3600
PACK_MAX = 1000  # Meta's own limit of updates per POST
DELAY_KINDS = ("webhook_drop", "webhook_delay", "webhook_reorder", "webhook_duplicate")


@dataclass
class Delivery:
    """One POST to make."""

    seq: int
    url: str
    secret: str
    body: bytes
    tries: int


def add(
    box: Box, waba_id: str, phone_number_id: str, field: str, kind: str, item: dict[str, Any], contact: dict[str, Any]
) -> None:
    """Queue one update for everybody who listens to this account; webhook faults apply here.

    `field` is the subscribed field, `kind` the list it belongs to inside the value (empty: `item` is the value).
    """
    due, copies = box.clock.now(), 1
    fault = box.faults.take(phone_number_id, *DELAY_KINDS)
    if fault:
        copies = {"webhook_drop": 0, "webhook_duplicate": 2}.get(fault.kind, 1)
        if fault.kind == "webhook_delay":
            due += fault.seconds
        elif fault.kind == "webhook_reorder":
            due += min(fault.seconds, 0.5)  # long enough for the next update to overtake
    for _ in range(copies):
        box.store.run(
            "INSERT INTO updates (due_at, waba_id, phone_number_id, field, kind, item, contact) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (due, waba_id, phone_number_id, field, kind, json.dumps(item), json.dumps(contact)),
        )


def pack_due(box: Box) -> int:
    """Turn the updates whose moment has come into deliveries; returns how many updates were packed."""
    now = box.clock.now()
    rows = box.store.all("SELECT * FROM updates WHERE due_at <= ? ORDER BY due_at, seq LIMIT ?", (now, PACK_MAX))
    by_number: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        by_number.setdefault((row["waba_id"], row["phone_number_id"]), []).append(row)
        box.store.run("DELETE FROM updates WHERE seq = ?", (row["seq"],))
    for (waba_id, phone_number_id), mine in by_number.items():
        channel = channels.get(box.store, phone_number_id)
        batch = channel.options.batch if channel else PACK_MAX
        listeners = channels.targets(box.store, waba_id, phone_number_id)
        for start in range(0, len(mine), batch):
            part = mine[start : start + batch]
            body = _body(waba_id, channel, part)
            for url, _ in listeners:
                box.store.run(
                    "INSERT INTO deliveries (url, waba_id, phone_number_id, body, items, state, attempts, tries, "
                    "next_at, created_at) VALUES (?, ?, ?, ?, ?, 'pending', '[]', 0, ?, ?)",
                    (url, waba_id, phone_number_id, body, len(part), now, now),
                )
    return len(rows)


def _body(waba_id: str, channel: channels.Channel | None, rows: list[Any]) -> bytes:
    entries: list[dict[str, Any]] = []
    for (field, kind), group in groupby(rows, key=lambda row: (row["field"], row["kind"])):
        if kind:
            entries.append({"id": waba_id, "changes": [{"value": _value(channel, kind, list(group)), "field": field}]})
            continue
        for row in group:  # Meta says of news of the account, and of nothing else, when they were told
            change = {"value": json.loads(row["item"]), "field": field}
            entries.append({"id": waba_id, "time": int(row["due_at"]), "changes": [change]})
    payload = {"object": "whatsapp_business_account", "entry": entries}
    # Meta escapes everything outside ASCII; the signature is over these very bytes.
    return json.dumps(payload, separators=(",", ":")).encode("ascii")


def _value(channel: channels.Channel | None, kind: str, rows: list[Any]) -> dict[str, Any]:
    value: dict[str, Any] = {"messaging_product": "whatsapp"}
    if channel:
        display = "".join(sign for sign in channel.display_phone_number if sign.isdigit())
        value["metadata"] = {"display_phone_number": display, "phone_number_id": channel.phone_number_id}
    contacts = list(dict.fromkeys(row["contact"] for row in rows if row["contact"] != "{}"))
    if contacts:
        value["contacts"] = [json.loads(contact) for contact in contacts]
    value[kind] = [json.loads(row["item"]) for row in rows]
    return value


def claim(box: Box, most: int) -> list[Delivery]:
    """Take up to `most` deliveries that are due; each is in flight until `settle`."""
    now = box.clock.now()
    rows = box.store.all(
        "SELECT * FROM deliveries WHERE state = 'pending' AND next_at <= ? ORDER BY next_at, seq LIMIT ?", (now, most)
    )
    taken = []
    for row in rows:
        listeners = dict(channels.targets(box.store, row["waba_id"], row["phone_number_id"]))
        if row["url"] not in listeners:  # unsubscribed or moved since
            box.store.run("UPDATE deliveries SET state = 'abandoned' WHERE seq = ?", (row["seq"],))
            continue
        box.store.run("UPDATE deliveries SET state = 'flying' WHERE seq = ?", (row["seq"],))
        taken.append(Delivery(row["seq"], row["url"], listeners[row["url"]], row["body"], row["tries"]))
    return taken


def settle(box: Box, one: Delivery, status: int, error: str, seconds: float) -> None:
    """Log one try; anything but 200 is tried again later, for seven days."""
    now = box.clock.now()
    row = box.store.one("SELECT attempts, created_at FROM deliveries WHERE seq = ?", (one.seq,))
    if row is None:
        return
    attempts = json.loads(row["attempts"])[-19:]
    attempts.append({"at": now, "status": status, "error": error, "ms": round(seconds * 1000)})
    wait = BACKOFF[min(one.tries, len(BACKOFF) - 1)]
    state = "delivered" if status == 200 else "pending"
    if state == "pending" and now + wait - row["created_at"] > GIVE_UP:
        state = "abandoned"
    box.store.run(
        "UPDATE deliveries SET state = ?, attempts = ?, tries = tries + 1, next_at = ? WHERE seq = ?",
        (state, json.dumps(attempts), now + wait, one.seq),
    )


def resume(box: Box) -> None:
    """After a restart: what was in flight is posted again, as Meta would after losing an answer."""
    box.store.run("UPDATE deliveries SET state = 'pending' WHERE state = 'flying'")


def log(box: Box, *, state: str = "", limit: int = 50) -> list[dict[str, Any]]:
    """Return the latest deliveries, newest first, with every try and the body that was signed."""
    where, values = ("WHERE state = ?", [state]) if state else ("", [])
    rows = box.store.all(
        f"SELECT * FROM deliveries {where} ORDER BY seq DESC LIMIT ?",  # noqa: S608
        (*values, limit),
    )
    return [
        {
            "id": row["seq"],
            "url": row["url"],
            "phone_number_id": row["phone_number_id"],
            "state": row["state"],
            "updates": row["items"],
            "attempts": [{**one, "at": iso(one["at"])} for one in json.loads(row["attempts"])],
            "next_at": iso(row["next_at"]) if row["state"] == "pending" else None,
            "created_at": iso(row["created_at"]),
            "body": json.loads(row["body"]),
        }
        for row in rows
    ]


def pending(box: Box) -> int:
    """Return how many updates and deliveries have not arrived yet, whenever they are due."""
    row = box.store.one(
        "SELECT (SELECT count(*) FROM updates) + (SELECT count(*) FROM schedule) + "
        "(SELECT count(*) FROM deliveries WHERE state IN ('pending', 'flying')) AS waiting"
    )
    return int(row["waiting"]) if row else 0
