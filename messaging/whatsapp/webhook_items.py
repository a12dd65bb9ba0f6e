"""What Meta's webhooks tell, as frozen facts. Every item has a `key` that is the same whenever it is sent again."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Json = dict[str, Any]
Status = Literal["sent", "delivered", "read", "failed"]
Preference = Literal["stop", "resume"]


@dataclass(frozen=True, kw_only=True)
class Item:
    """Where an item belongs: `waba_id` and, for numbers, `phone_number_id` (empty when the item names none)."""

    key: str
    waba_id: str
    phone_number_id: str = ""


@dataclass(frozen=True, kw_only=True)
class StatusItem(Item):
    """A sent message moved on. `tracker` is our own id, echoed. `at` is WhatsApp's instant."""

    message_id: str
    status: Status
    at: datetime | None
    tracker: str = ""
    wa_id: str = field(default="", repr=False)
    user_id: str = ""
    error_code: int | None = None
    error_details: str = ""
    pricing: Json | None = None


@dataclass(frozen=True, kw_only=True)
class InboundItem(Item):
    """A person wrote. `text` is what can be read of it: the text, a button's label, a caption."""

    message_id: str
    kind: str
    at: datetime | None
    wa_id: str = field(default="", repr=False)
    user_id: str = ""
    profile_name: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    button_payload: str = ""
    reply_to: str = ""


@dataclass(frozen=True, kw_only=True)
class PreferenceItem(Item):
    """A person used WhatsApp's own control to stop or resume marketing."""

    value: Preference
    at: datetime | None
    wa_id: str = field(default="", repr=False)
    user_id: str = ""


@dataclass(frozen=True, kw_only=True)
class TemplateItem(Item):
    """A template's status, category or quality changed at Meta; `at` in whole seconds."""

    template_id: str
    name: str
    language: str
    status: str = ""
    category: str = ""
    quality: str = ""
    reason: str = ""
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class MovedItem(Item):
    """A person changed their number, or Meta gave them another user id. The first of each pair is the old one."""

    kind: str
    old_wa_id: str = field(default="", repr=False)
    new_wa_id: str = field(default="", repr=False)
    old_user_id: str = ""
    new_user_id: str = ""


@dataclass(frozen=True, kw_only=True)
class NumberItem(Item):
    """How Meta rates a number, or how much it may send. It is named by its digits, as people see them.

    `daily_limit` is how many people may be written to in 24 hours outside of windows: None when it is not told, 0 for
    no limit. `per_second` is the number's rate, None when it is not told.
    """

    display_digits: str
    event: str
    daily_limit: int | None = None
    per_second: int | None = None
    verified_name: str = ""


@dataclass(frozen=True, kw_only=True)
class AccountItem(Item):
    """What became of the business account: banned, restricted until an instant, reinstated, warned.

    `daily_limit` is as in NumberItem, for the portfolio.
    """

    event: str
    ban_state: str = ""
    violation: str = ""
    restrictions: tuple[tuple[str, datetime | None], ...] = ()
    daily_limit: int | None = None


@dataclass(frozen=True, kw_only=True)
class UnknownItem(Item):
    """Something this version does not read; it stays readable in the raw body."""

    kind: str
