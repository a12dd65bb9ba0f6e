"""Typed builders of what is POSTed to `/{phone_number_id}/messages`, with the Cloud API's limits checked first.

Here are the envelope and the plain kinds; templates are in `template_calls`, buttons and lists in `interactive`.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from messaging.whatsapp.errors import PayloadInvalid

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
TRACKER_LIMIT = 512
FILENAME_LIMIT = 240
_E164 = re.compile(r"^\+[1-9]\d{6,14}$")

Payload = dict[str, Any]
MediaKind = Literal["image", "audio", "video", "document", "sticker"]
WITH_CAPTION = frozenset({"image", "video", "document"})


@dataclass(frozen=True)
class Recipient:
    """Whom to reach: a phone in E.164 (kept out of repr), or Meta's business-scoped user id."""

    phone: str | None = field(default=None, repr=False)
    user_id: str | None = None

    def address(self) -> Payload:
        """`to` with its plus (without one Meta prefixes the sender's country), or `recipient`."""
        if self.phone:
            if not _E164.match(self.phone):
                raise PayloadInvalid("the recipient is not in E.164")
            return {"to": self.phone}
        if self.user_id:
            return {"recipient": self.user_id}
        raise PayloadInvalid("the message has no recipient")


@dataclass(frozen=True)
class Media:
    """A file that was uploaded: its id at Meta, with a caption or a file's name where its kind has one."""

    kind: MediaKind
    media_id: str
    caption: str = field(default="", repr=False)
    filename: str = field(default="", repr=False)

    def described(self) -> Payload:
        """The media object. Raises PayloadInvalid."""
        if not self.media_id.isdigit():
            raise PayloadInvalid("a media id is digits")
        value: Payload = {"id": self.media_id}
        if self.caption:
            if self.kind not in WITH_CAPTION:
                raise PayloadInvalid(f"{self.kind} has no caption")
            value["caption"] = within(self.caption, CAPTION_LIMIT, "a caption")
        if self.filename:
            if self.kind != "document":
                raise PayloadInvalid(f"{self.kind} has no file name")
            value["filename"] = within(self.filename, FILENAME_LIMIT, "a file name")
        return value


def text_message(
    to: Recipient, body: str, *, tracker: str, reply_to: str | None = None, preview_url: bool = False
) -> Payload:
    """Free text, allowed within 24 hours of the person's last message. Raises PayloadInvalid."""
    text = {"body": within(body, TEXT_LIMIT, "a text"), "preview_url": preview_url}
    return {**envelope(to, "text", tracker, reply_to), "text": text}


def media_message(to: Recipient, media: Media, *, tracker: str, reply_to: str | None = None) -> Payload:
    """An uploaded file by its id, allowed within the window. Raises PayloadInvalid."""
    return {**envelope(to, media.kind, tracker, reply_to), media.kind: media.described()}


def reaction_message(to: Recipient, message_id: str, emoji: str, *, tracker: str) -> Payload:
    """An emoji on a message of the person; an empty one takes it away. Raises PayloadInvalid."""
    if not message_id:
        raise PayloadInvalid("a reaction names a message")
    return {**envelope(to, "reaction", tracker), "reaction": {"message_id": message_id, "emoji": emoji}}


def mark_read(message_id: str, *, typing: bool = False) -> Payload:
    """Blue ticks for a received message and all before it; `typing` shows the dots for up to 25 seconds."""
    payload: Payload = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
    if typing:
        payload["typing_indicator"] = {"type": "text"}
    return payload


def envelope(to: Recipient, kind: str, tracker: str, reply_to: str | None = None) -> Payload:
    """What every message has around its kind; `tracker` comes back in its statuses. Raises PayloadInvalid."""
    payload = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **to.address(),
        "type": kind,
        "biz_opaque_callback_data": within(tracker, TRACKER_LIMIT, "the tracker"),
    }
    return {**payload, "context": {"message_id": reply_to}} if reply_to else payload


def within(text: str, limit: int, what: str) -> str:
    """`text` if it is not blank and at most `limit` characters. Raises PayloadInvalid, which says `what`."""
    if not text.strip() or len(text) > limit:
        raise PayloadInvalid(f"{what} has 1 to {limit} characters")
    return text
