"""The people on the other end: how each phone behaves, and how it stands with each business number."""

import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from sandbox.errors import ControlError
from sandbox.numbers import MAX_DIGITS, MIN_DIGITS, canonical, scoped_user_id, without_ninth_digit
from sandbox.store import Store

WINDOW_SECONDS = 24 * 3600
FIRST_NAMES = ("Ana", "Bruno", "Carla", "Diego", "Elisa", "Fábio", "Gabi", "Heitor", "Íris", "João", "Lia", "Marcos")
LAST_NAMES = ("Souza", "Lima", "Rocha", "Alves", "Prado", "Nunes", "Castro", "Melo", "Dias", "Ramos")
MAX_DELAY_MS = 7 * 24 * 3600 * 1000


@dataclass
class Persona:
    """How one phone behaves.

    Delays are milliseconds after the message was accepted. `auto_read` sends `read` without anybody opening the
    page; `read_receipts` off never sends it; `read_without_delivered` skips `delivered`; `fail_with` makes every
    message fail by webhook with that code (131049 is Meta's marketing cap), after `sent` with `fail_after_sent`.
    `hide_phone` is a user known by business-scoped id only.
    """

    phone: str
    name: str
    on_whatsapp: bool = True
    delivered: bool = True
    auto_read: bool = False
    read_receipts: bool = True
    read_without_delivered: bool = False
    wa_id_without_ninth_digit: bool = False
    hide_phone: bool = False
    username: str = ""
    fail_with: int = 0
    fail_after_sent: bool = False
    sent_after_ms: int = 20
    delivered_after_ms: int = 50
    read_after_ms: int = 600

    @property
    def wa_id(self) -> str:
        """Return the id Meta uses for this person."""
        return without_ninth_digit(self.phone) if self.wa_id_without_ninth_digit else self.phone


@dataclass
class Contact:
    """How a person stands with one business number."""

    phone_number_id: str
    phone: str
    last_inbound_at: float | None
    last_message_at: float
    blocked: bool
    stop_marketing: bool
    typing_until: float

    def window_open(self, now: float) -> bool:
        """Tell whether free-form messages may be sent: less than 24 hours since the person last wrote."""
        return self.last_inbound_at is not None and now - self.last_inbound_at < WINDOW_SECONDS


def _named(phone: str) -> str:
    number = int(phone)
    return f"{FIRST_NAMES[number % len(FIRST_NAMES)]} {LAST_NAMES[number // 7 % len(LAST_NAMES)]}"


def get(store: Store, phone: str) -> Persona:
    """Return the persona behind a canonical phone; one nobody described behaves like most people do."""
    row = store.one("SELECT body FROM personas WHERE phone = ?", (phone,))
    return Persona(**json.loads(row["body"])) if row else Persona(phone=phone, name=_named(phone))


def parse_phone(value: Any) -> str:
    """Return the canonical digits of a phone given to the control interface.

    Raises: ControlError when it is not a phone number with country code.
    """
    phone = canonical(str(value or ""))
    if not MIN_DIGITS <= len(phone) <= MAX_DIGITS:
        raise ControlError("a phone number with country code is needed, such as +5511988887777", code="bad_phone")
    return phone


def update(store: Store, body: dict[str, Any]) -> Persona:
    """Change how a persona behaves; fields not named keep their value.

    Raises: ControlError for an unknown field or a value of the wrong kind.
    """
    persona = get(store, parse_phone(body.get("phone")))
    values = asdict(persona)
    for item in fields(Persona):
        if item.name != "phone" and item.name in body:
            values[item.name] = _checked(item.name, body[item.name], values[item.name])
    changed = Persona(**values)
    store.run(
        "INSERT INTO personas (phone, body) VALUES (?, ?) ON CONFLICT (phone) DO UPDATE SET body = excluded.body",
        (changed.phone, json.dumps(asdict(changed))),
    )
    return changed


def _checked(name: str, value: Any, old: Any) -> Any:
    if isinstance(old, bool):
        if not isinstance(value, bool):
            raise ControlError(f"{name} must be true or false")
        return value
    if isinstance(old, int):
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_DELAY_MS:
            raise ControlError(f"{name} must be a whole number, not negative, at most {MAX_DELAY_MS}")
        return value
    if not isinstance(value, str) or len(value) > 200 or (name == "name" and not value.strip()):
        raise ControlError(f"{name} must be text")
    return value


def contact(store: Store, phone_number_id: str, phone: str, now: float) -> Contact:
    """Return how `phone` stands with a business number, as a stranger at first."""
    row = store.one("SELECT * FROM contacts WHERE phone_number_id = ? AND phone = ?", (phone_number_id, phone))
    if row is None:
        return Contact(phone_number_id, phone, None, now, False, False, 0.0)
    return Contact(
        phone_number_id, phone, row["last_inbound_at"], row["last_message_at"],
        bool(row["blocked"]), bool(row["stop_marketing"]), row["typing_until"],
    )  # fmt: skip


def has_met(store: Store, phone_number_id: str, phone: str) -> bool:
    """Whether a person and a business number have exchanged anything."""
    asked = "SELECT 1 FROM contacts WHERE phone_number_id = ? AND phone = ?"
    return store.one(asked, (phone_number_id, phone)) is not None


def save_contact(store: Store, one: Contact) -> None:
    """Keep how a person stands with a number."""
    store.run(
        "INSERT INTO contacts (phone_number_id, phone, last_inbound_at, last_message_at, blocked, stop_marketing, "
        "typing_until) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (phone_number_id, phone) DO UPDATE SET "
        "last_inbound_at = excluded.last_inbound_at, last_message_at = excluded.last_message_at, "
        "blocked = excluded.blocked, stop_marketing = excluded.stop_marketing, typing_until = excluded.typing_until",
        (
            one.phone_number_id, one.phone, one.last_inbound_at, one.last_message_at,
            one.blocked, one.stop_marketing, one.typing_until,
        ),
    )  # fmt: skip


def of_channel(store: Store, phone_number_id: str, limit: int = 200) -> list[Contact]:
    """Return the people a number has exchanged with, the latest first."""
    rows = store.all(
        "SELECT phone FROM contacts WHERE phone_number_id = ? ORDER BY last_message_at DESC, phone LIMIT ?",
        (phone_number_id, limit),
    )
    return [contact(store, phone_number_id, row["phone"], 0.0) for row in rows]


def webhook_contact(one: Persona, waba_id: str) -> dict[str, Any]:
    """Return the entry for `contacts` in an inbound webhook."""
    entry: dict[str, Any] = {"profile": {"name": one.name}, "user_id": scoped_user_id(waba_id, one.phone)}
    if one.username:
        entry["profile"]["username"] = one.username
    if not one.hide_phone:
        entry["wa_id"] = one.wa_id
    return entry


def by_user_id(store: Store, waba_id: str, user_id: str) -> str | None:
    """Return the phone behind a business-scoped id among the people this account has met."""
    rows = store.all(
        "SELECT DISTINCT contacts.phone FROM contacts JOIN channels USING (phone_number_id) WHERE waba_id = ?",
        (waba_id,),
    )
    return next((row["phone"] for row in rows if scoped_user_id(waba_id, row["phone"]) == user_id), None)
