"""What Meta limits for a business rather than a number: people written to first, offers a person gets, billing."""

from sandbox import channels
from sandbox.box import Box
from sandbox.channels import Channel
from sandbox.errors import GraphError
from sandbox.personas import Contact

DAY = 24 * 3600.0


def check_account(box: Box, channel: Channel, contact: Contact, category: str) -> None:
    """Refuse what the account may not send now.

    Raises: GraphError 131042 for what costs while billing is stopped; 131048 for a person too many in 24 hours outside
    of windows, counted over the account's numbers. Meta names no code for that limit; this one is near.
    """
    if channel.options.billing_stopped and category != "service":
        raise GraphError(131042, "There was an error related to your payment method.")
    now, limit = box.clock.now(), channel.options.daily_limit
    if not limit or contact.window_open(now):
        return
    row = box.store.one(
        "SELECT count(DISTINCT messages.phone) AS met, max(messages.phone = ?) AS known FROM messages "
        "JOIN channels USING (phone_number_id) WHERE waba_id = ? AND direction = 'out' AND created_at > ? "
        "AND json_extract(rendered, '$.initiated')",
        (contact.phone, channel.waba_id, now - DAY),
    )
    if row and row["met"] >= limit and not row["known"]:
        raise GraphError(131048, "The business has reached its messaging limit for 24 hours.")


def is_capped(box: Box, channel: Channel, contact: Contact) -> bool:
    """Whether the person has had as many offers in 24 hours, from whomever, as Meta lets through (131049).

    What is sent within a window does not count and is not held.
    """
    now, cap = box.clock.now(), channel.options.marketing_cap
    if not cap or contact.window_open(now):
        return False
    row = box.store.one(
        "SELECT count(*) AS had FROM messages WHERE phone = ? AND direction = 'out' AND category = 'marketing' "
        "AND created_at > ? AND status != 'failed' AND json_extract(rendered, '$.initiated')",
        (contact.phone, now - DAY),
    )
    return row is not None and row["had"] >= cap


def is_expired(box: Box, channel: Channel) -> bool:
    """Whether the token has had its time (`token_expires_at`, in seconds of the epoch; 0 is never)."""
    return 0 < channel.options.token_expires_at <= box.clock.now()


def tier(channel: Channel) -> str:
    """How Meta writes the limit of people a day."""
    return channels.TIERS[channel.options.daily_limit]
