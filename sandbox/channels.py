"""Business numbers: which WABA, token, secrets and webhook each has, and how strictly it is treated."""

import json
from dataclasses import asdict, dataclass, field, fields
from functools import lru_cache
from typing import Any

from sandbox.errors import ControlError
from sandbox.numbers import digits
from sandbox.store import Store

REQUIRED = ("phone_number_id", "waba_id", "token", "app_secret", "verify_token", "webhook_url")
REVIEWS = ("approve", "pending", "reject")
REFUSALS = ("answer", "webhook")
# People a business may write to first in 24 hours, as Meta writes it; 0 is no limit.
TIERS = {250: "TIER_250", 2000: "TIER_2K", 10_000: "TIER_10K", 100_000: "TIER_100K", 0: "TIER_UNLIMITED"}


@dataclass(frozen=True)
class Options:
    """How strictly a number is treated; every default is what an established Brazilian sender sees.

    throughput: messages a second before 130429; pair_limit: one message per 6 s to a person, 45 ahead of time;
    template_review: what happens to a new template; window_refusal: whether 131047 comes in the answer or later by
    webhook; batch: updates per webhook POST at most; daily_limit: people written to first in 24 hours by the account
    (0: no limit); marketing_cap: offers that a person gets in 24 hours, over all businesses (0: no cap);
    billing_stopped: what costs is refused; token_expires_at: when the token dies (seconds of the epoch, 0: never).
    """

    throughput: int = 1000
    pair_limit: bool = True
    template_review: str = "approve"
    window_refusal: str = "answer"
    batch: int = 100
    daily_limit: int = 0
    marketing_cap: int = 0
    billing_stopped: bool = False
    token_expires_at: int = 0


@dataclass(frozen=True)
class Channel:
    """One business phone number as registered with the stand-in."""

    phone_number_id: str
    waba_id: str
    token: str
    app_secret: str
    verify_token: str
    webhook_url: str
    display_name: str
    display_phone_number: str
    channel: str = ""
    options: Options = field(default_factory=Options)

    def public(self) -> dict[str, Any]:
        """Return what may be shown: everything but token and secrets."""
        hidden = {"token", "app_secret", "verify_token"}
        return {name: value for name, value in asdict(self).items() if name not in hidden}


@lru_cache(maxsize=256)  # every call and every status asks; what is stored otherwise is another body
def _load(body: str) -> Channel:
    values = json.loads(body)
    values["options"] = Options(**values["options"])
    return Channel(**values)


def register(store: Store, body: dict[str, Any]) -> Channel:
    """Add a number or replace its registration; its templates, messages and contacts stay.

    Raises: ControlError naming the first field that is missing or wrong.
    """
    known = {item.name for item in fields(Channel)}
    values: dict[str, Any] = {name: str(body[name]) for name in known - {"options"} if body.get(name) is not None}
    for name in REQUIRED:
        if not values.get(name):
            raise ControlError(f"{name} is required")
    if not digits(values["phone_number_id"]) or digits(values["phone_number_id"]) != values["phone_number_id"]:
        raise ControlError("phone_number_id must be digits")
    if not values["webhook_url"].startswith(("http://", "https://")):
        raise ControlError("webhook_url must start with http:// or https://")
    values.setdefault("display_name", values["phone_number_id"])
    values.setdefault("display_phone_number", "+55 11 90000-0000")
    channel = Channel(**values, options=_options(body.get("options") or {}))
    store.run(
        "INSERT INTO channels (phone_number_id, waba_id, token, body) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (phone_number_id) DO UPDATE SET waba_id = excluded.waba_id, token = excluded.token, "
        "body = excluded.body",
        (channel.phone_number_id, channel.waba_id, channel.token, json.dumps(asdict(channel))),
    )
    store.run("INSERT OR IGNORE INTO subscriptions (waba_id, active) VALUES (?, 1)", (channel.waba_id,))
    return channel


def _options(body: dict[str, Any]) -> Options:
    if not isinstance(body, dict):
        raise ControlError("options must be an object")
    unknown = set(body) - {item.name for item in fields(Options)}
    if unknown:
        raise ControlError(f"unknown options: {', '.join(sorted(unknown))}")
    options = Options(**body)
    if options.template_review not in REVIEWS:
        raise ControlError(f"template_review must be one of {', '.join(REVIEWS)}")
    if options.window_refusal not in REFUSALS:
        raise ControlError(f"window_refusal must be one of {', '.join(REFUSALS)}")
    for name in ("throughput", "batch"):
        value = getattr(options, name)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 1000:
            raise ControlError(f"{name} must be between 1 and 1000")
    if options.daily_limit not in TIERS:
        raise ControlError(f"daily_limit must be one of {', '.join(map(str, TIERS))}")
    for name in ("marketing_cap", "token_expires_at"):
        value = getattr(options, name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise ControlError(f"{name} must be a whole number, not negative")
    if not isinstance(options.billing_stopped, bool):
        raise ControlError("billing_stopped must be true or false")
    return options


def get(store: Store, phone_number_id: str) -> Channel | None:
    """Return the number with this id."""
    row = store.one("SELECT body FROM channels WHERE phone_number_id = ?", (phone_number_id,))
    return _load(row["body"]) if row else None


def everyone(store: Store) -> list[Channel]:
    """Return every number, by display name."""
    found = [_load(row["body"]) for row in store.all("SELECT body FROM channels")]
    return sorted(found, key=lambda one: (one.display_name.casefold(), one.phone_number_id))


def of_waba(store: Store, waba_id: str) -> list[Channel]:
    """Return the numbers of one business account, oldest first."""
    rows = store.all("SELECT body FROM channels WHERE waba_id = ? ORDER BY rowid", (waba_id,))
    return [_load(row["body"]) for row in rows]


def of_token(store: Store, token: str) -> list[Channel]:
    """Return the numbers a bearer token opens directly."""
    return [_load(row["body"]) for row in store.all("SELECT body FROM channels WHERE token = ?", (token,))]


def find(store: Store, reference: str) -> Channel:
    """Return the number meant by a phone number id, a channel name or a display number; empty means the only one.

    Raises: ControlError when nothing, or more than one thing, is meant.
    """
    found = everyone(store)
    if not reference:
        if len(found) == 1:
            return found[0]
        raise ControlError("say which channel: phone_number_id or channel", code="channel_required")
    for one in found:
        if reference in (one.phone_number_id, one.channel):
            return one
    for one in found:
        if digits(reference) and digits(one.display_phone_number) == digits(reference):
            return one
    raise ControlError(f"no channel {reference}", status=404, code="channel_not_found")


def targets(store: Store, waba_id: str, phone_number_id: str) -> list[tuple[str, str]]:
    """Return the (url, app secret) pairs that get an update of this account; several apps may listen.

    An account-wide update (empty `phone_number_id`) goes to every distinct address of the account once.
    """
    subscription = store.one("SELECT active, override_url FROM subscriptions WHERE waba_id = ?", (waba_id,))
    if subscription is None or not subscription["active"]:
        return []
    numbers = of_waba(store, waba_id)
    if phone_number_id:
        numbers = [one for one in numbers if one.phone_number_id == phone_number_id]
    pairs = [(subscription["override_url"] or one.webhook_url, one.app_secret) for one in numbers]
    return list(dict.fromkeys(pairs))
