"""What Meta's webhook bodies say, item by item. Total: whatever arrives becomes items, the unknown ones included.

A body has many entries, each many changes, each many items; items may repeat and come in any order. Every item has a
`key` that is the same whenever Meta sends the same item again.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from messaging.whatsapp.webhook_items import (
    AccountItem,
    InboundItem,
    Item,
    Json,
    MovedItem,
    NumberItem,
    Preference,
    PreferenceItem,
    Status,
    StatusItem,
    TemplateItem,
    UnknownItem,
)

_PREFERENCES: Mapping[str, Preference] = {"stop": "stop", "resume": "resume"}
_STATUSES: Mapping[str, Status] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
}
_TEMPLATE_FIELDS = ("message_template_status_update", "template_category_update", "message_template_quality_update")
_MOVED = ("user_changed_number", "user_changed_user_id")
# What a tier is in people; Meta writes them as TIER_10K, and unlimited in two ways.
_TIERS = {"TIER_50": 50, "TIER_250": 250, "TIER_1K": 1000, "TIER_2K": 2000, "TIER_10K": 10_000, "TIER_100K": 100_000}
_UNLIMITED = ("TIER_UNLIMITED", "TIER_NOT_SET_UNLIMITED", "UNLIMITED")
UPGRADED_PER_SECOND = 1000
_PRICING_WORDS = ("pricing_model", "type", "category")
_CODES = 2**31
# Instants outside of these years are nonsense, and some of them cannot be stored.
_EARLIEST, _LATEST = datetime(2009, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class MalformedBody(ValueError):
    """The signed body is no JSON object with entries."""


def parse(raw_body: bytes) -> list[Item]:
    """All items of a body, in order. Raises MalformedBody when it is no JSON object with a list of entries."""
    try:
        body = json.loads(raw_body)
    except (ValueError, RecursionError) as error:
        raise MalformedBody("not JSON") from error
    if not isinstance(body, dict) or not isinstance(body.get("entry"), list):
        raise MalformedBody("no entries")
    try:
        return [item for entry in _dicts(body["entry"]) for item in _entry_items(entry)]
    except RecursionError as error:  # nested deeper than an item's key can be written
        raise MalformedBody("nested too deeply") from error


def _entry_items(entry: Json) -> Iterator[Item]:
    waba_id, time = _text(entry.get("id")), _text(entry.get("time"))
    for change in _dicts(entry.get("changes")):
        value = change.get("value")
        yield from _change_items(waba_id, time, _text(change.get("field")), value if isinstance(value, dict) else {})


def _change_items(waba_id: str, time: str, kind: str, value: Json) -> Iterator[Item]:
    """The items of a change. News of the account carry `time`, when Meta told them: the same news may come again."""
    metadata = value.get("metadata")
    number = _text(metadata.get("phone_number_id")) if isinstance(metadata, dict) else ""
    if kind == "messages":
        yield from _message_items(waba_id, number, value)
    elif kind == "user_preferences" and (preferences := _dicts(value.get("user_preferences"))):
        yield from (_preference(waba_id, number, each) for each in preferences)
    elif kind in _TEMPLATE_FIELDS:
        yield _template(waba_id, time, kind, value)
    elif kind in ("phone_number_quality_update", "phone_number_name_update"):
        yield _number(waba_id, time, kind, value)
    elif kind in ("account_update", "business_capability_update"):
        yield _account(waba_id, time, kind, value)
    else:
        yield UnknownItem(
            key=_digest(f"{kind}/{time}", value), waba_id=waba_id, phone_number_id=number, kind=kind or "unnamed"
        )


def _message_items(waba_id: str, number: str, value: Json) -> Iterator[Item]:
    seen = False
    for status in _dicts(value.get("statuses")):
        seen = True
        yield _status(waba_id, number, status)
    contacts = _dicts(value.get("contacts"))
    for message in _dicts(value.get("messages")):
        seen = True
        yield _moved(waba_id, number, message) or _inbound(waba_id, number, message, contacts)
    if not seen:
        yield UnknownItem(key=_digest("messages", value), waba_id=waba_id, phone_number_id=number, kind="messages")


def _status(waba_id: str, number: str, status: Json) -> Item:
    message_id, word = _text(status.get("id")), _text(status.get("status"))
    known = _STATUSES.get(word)
    if known is None or not message_id:
        kind = f"status:{word}"[:60]
        return UnknownItem(key=_digest("status", status), waba_id=waba_id, phone_number_id=number, kind=kind)
    error = next(iter(_dicts(status.get("errors"))), {})
    data = error.get("error_data")
    pricing = status.get("pricing")
    code = error.get("code")
    has_code = isinstance(code, int) and 0 <= code < _CODES
    return StatusItem(
        key=f"status/{number}/{message_id}/{word}/{_text(status.get('timestamp'))}",
        waba_id=waba_id,
        phone_number_id=number,
        message_id=message_id,
        status=known,
        at=_instant(status.get("timestamp")),
        tracker=_text(status.get("biz_opaque_callback_data")),
        wa_id=_text(status.get("recipient_id")),
        user_id=_text(status.get("recipient_user_id")),
        error_code=code if has_code else None,
        error_details=_text(data.get("details") if isinstance(data, dict) else error.get("title")),
        pricing=_pricing(pricing) if isinstance(pricing, dict) else None,
    )


def _pricing(pricing: Json) -> Json:
    """What a price says that is known; anything else stays in the raw body."""
    found: Json = {name: word for name in _PRICING_WORDS if (word := _text(pricing.get(name))[:60])}
    if isinstance(pricing.get("billable"), bool):
        found["billable"] = pricing["billable"]
    return found


def _inbound(waba_id: str, number: str, message: Json, contacts: list[Json]) -> Item:
    message_id = _text(message.get("id"))
    if not message_id:
        return UnknownItem(key=_digest("message", message), waba_id=waba_id, phone_number_id=number, kind="message")
    wa_id, user_id = _text(message.get("from")), _text(message.get("from_user_id"))
    contact = _contact_of(wa_id, user_id, contacts)
    profile = contact.get("profile")
    context = message.get("context")
    text, payload = _words(message)
    return InboundItem(
        key=f"message/{number}/{message_id}",
        waba_id=waba_id,
        phone_number_id=number,
        message_id=message_id,
        kind=_text(message.get("type"))[:40] or "unknown",
        at=_instant(message.get("timestamp")),
        wa_id=wa_id or _text(contact.get("wa_id")),
        user_id=user_id or _text(contact.get("user_id")),
        profile_name=_text(profile.get("name"))[:200] if isinstance(profile, dict) else "",
        text=text,
        button_payload=payload,
        reply_to=_text(context.get("id")) if isinstance(context, dict) else "",
    )


def _moved(waba_id: str, number: str, message: Json) -> Item | None:
    """A system message that says who a person is now; None for any other message."""
    system = message.get("system")
    message_id = _text(message.get("id"))
    if message.get("type") != "system" or not isinstance(system, dict) or not message_id:
        return None
    if system.get("type") not in _MOVED:
        return None
    return MovedItem(
        key=f"message/{number}/{message_id}",
        waba_id=waba_id,
        phone_number_id=number,
        kind=_text(system["type"]),
        old_wa_id=_text(message.get("from")),
        new_wa_id=_text(system.get("wa_id") or system.get("new_wa_id")),
        old_user_id=_text(system.get("previous_user_id") or message.get("from_user_id")),
        new_user_id=_text(system.get("user_id")),
    )


def _contact_of(wa_id: str, user_id: str, contacts: list[Json]) -> Json:
    for contact in contacts:
        if (wa_id and contact.get("wa_id") == wa_id) or (user_id and contact.get("user_id") == user_id):
            return contact
    return contacts[0] if len(contacts) == 1 and not (wa_id and contacts[0].get("wa_id")) else {}


def _words(message: Json) -> tuple[str, str]:
    """The readable text of a message, and the payload of the button it answers, if it does."""
    kind = _text(message.get("type"))
    part = message.get(kind)
    if not isinstance(part, dict):
        return "", ""
    if kind == "text":
        return _text(part.get("body")), ""
    if kind == "button":
        return _text(part.get("text")), _text(part.get("payload"))
    if kind == "interactive":
        reply = part.get(_text(part.get("type")))
        return (_text(reply.get("title")), _text(reply.get("id"))) if isinstance(reply, dict) else ("", "")
    return _text(part.get("caption")), ""


def _preference(waba_id: str, number: str, preference: Json) -> Item:
    value = _PREFERENCES.get(_text(preference.get("value")).lower())
    if value is None:
        key = _digest("preference", preference)
        return UnknownItem(key=key, waba_id=waba_id, phone_number_id=number, kind="user_preferences")
    return PreferenceItem(
        key=_digest(f"preference/{number}", preference),
        waba_id=waba_id,
        phone_number_id=number,
        value=value,
        at=_instant(preference.get("timestamp")),
        wa_id=_text(preference.get("wa_id")),
        user_id=_text(preference.get("user_id")),
    )


def _template(waba_id: str, time: str, kind: str, value: Json) -> Item:
    return TemplateItem(
        key=_digest(f"{kind}/{waba_id}/{time}", value),
        waba_id=waba_id,
        template_id=_text(value.get("message_template_id")),
        name=_text(value.get("message_template_name")),
        language=_text(value.get("message_template_language")),
        status=_text(value.get("event")) if kind == "message_template_status_update" else "",
        category=_text(value.get("new_category")) if kind == "template_category_update" else "",
        quality=_text(value.get("new_quality_score")),
        reason=_text(value.get("reason"))[:200],
        at=_instant(time),
    )


def _number(waba_id: str, time: str, kind: str, value: Json) -> Item:
    event = _text(value.get("event") or value.get("decision")).upper()
    return NumberItem(
        key=_digest(f"{kind}/{waba_id}/{time}", value),
        waba_id=waba_id,
        display_digits="".join(char for char in _text(value.get("display_phone_number")) if char.isdigit()),
        event=event[:40],
        daily_limit=limit_of(value.get("max_daily_conversations_per_business") or value.get("current_limit")),
        per_second=UPGRADED_PER_SECOND if event == "THROUGHPUT_UPGRADE" else None,
        verified_name=_text(value.get("requested_verified_name"))[:120] if event == "APPROVED" else "",
    )


def _account(waba_id: str, time: str, kind: str, value: Json) -> Item:
    ban, violation = value.get("ban_info"), value.get("violation_info")
    told = value.get("max_daily_conversations_per_business") or value.get("max_daily_conversation_per_phone")
    return AccountItem(
        key=_digest(f"{kind}/{waba_id}/{time}", value),
        waba_id=waba_id,
        event=_text(value.get("event")).upper()[:60],
        ban_state=_text(ban.get("waba_ban_state")).upper() if isinstance(ban, dict) else "",
        violation=_text(violation.get("violation_type"))[:60] if isinstance(violation, dict) else "",
        restrictions=tuple(
            (_text(each.get("restriction_type")).upper(), _instant(each.get("expiration")))
            for each in _dicts(value.get("restriction_info"))
        ),
        daily_limit=limit_of(told),
    )


def limit_of(value: Any) -> int | None:
    """How many people a tier lets be written to in 24 hours: 0 for no limit, None when it says nothing known.

    Meta writes `TIER_10K`, a number of people, or -1 for no limit.
    """
    word = _text(value).upper()
    if word in _UNLIMITED or word == "-1":
        return 0
    if word.isdecimal() and len(word) < 10:
        return int(word)
    return _TIERS.get(word)


def _dicts(items: Any) -> list[Json]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _text(value: Any) -> str:
    """Text of a scalar without NUL characters, which PostgreSQL refuses, or lone surrogates."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).replace("\x00", "").encode("utf-8", "replace").decode()


def _instant(value: Any) -> datetime | None:
    try:
        at = datetime.fromtimestamp(int(_text(value)), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return at if _EARLIEST <= at < _LATEST else None


def _digest(kind: str, value: Json) -> str:
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return f"{kind}/{sha256(canonical.encode('utf-8', 'replace')).hexdigest()}"
