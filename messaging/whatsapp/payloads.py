"""Typed builders of what is POSTed to `/{phone_number_id}/messages`, with the Cloud API's limits checked first."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from messaging.whatsapp.errors import PayloadInvalid

TEXT_LIMIT = 4096
PARAMETER_LIMIT = 1024
TRACKER_LIMIT = 512
URL_SUFFIX_LIMIT = 2000
MAX_BUTTONS = 10
_E164 = re.compile(r"^\+[1-9]\d{6,14}$")
_LINE_BREAKS = re.compile(r"[\n\t\r]| {5,}")

Payload = dict[str, Any]


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
class BodyParameter:
    """One placeholder's value; `name` only for templates with named parameters."""

    text: str
    name: str | None = None


@dataclass(frozen=True)
class TemplateCall:
    """A template with its values. `buttons` maps a button's index to the end of its URL (or to the copied code)."""

    name: str
    language: str
    body: Sequence[BodyParameter] = ()
    buttons: Mapping[int, str] = field(default_factory=dict)


def template_message(to: Recipient, call: TemplateCall, *, tracker: str) -> Payload:
    """An approved template; `tracker` comes back in every status webhook. Raises PayloadInvalid."""
    template: Payload = {"name": call.name, "language": {"code": call.language}}
    components: list[Payload] = []
    if call.body:
        components.append({"type": "body", "parameters": [_body_parameter(each) for each in call.body]})
    components += [_url_button(index, value) for index, value in sorted(call.buttons.items())]
    if components:
        template["components"] = components
    return {**_envelope(to, "template", tracker), "template": template}


def text_message(
    to: Recipient, body: str, *, tracker: str, reply_to: str | None = None, preview_url: bool = False
) -> Payload:
    """Free text, allowed within 24 hours of the person's last message. Raises PayloadInvalid."""
    if not 0 < len(body) <= TEXT_LIMIT:
        raise PayloadInvalid(f"a text has 1 to {TEXT_LIMIT} characters")
    payload = {**_envelope(to, "text", tracker), "text": {"body": body, "preview_url": preview_url}}
    if reply_to:
        payload["context"] = {"message_id": reply_to}
    return payload


def mark_read(message_id: str, *, typing: bool = False) -> Payload:
    """Blue ticks for a received message and all before it; `typing` shows the dots for up to 25 seconds."""
    payload: Payload = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
    if typing:
        payload["typing_indicator"] = {"type": "text"}
    return payload


def _envelope(to: Recipient, kind: str, tracker: str) -> Payload:
    if not 0 < len(tracker) <= TRACKER_LIMIT:
        raise PayloadInvalid(f"the tracker has 1 to {TRACKER_LIMIT} characters")
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **to.address(),
        "type": kind,
        "biz_opaque_callback_data": tracker,
    }


def _body_parameter(parameter: BodyParameter) -> Payload:
    # Meta refuses parameters with line breaks, tabs or more than four blanks in a row.
    text = _LINE_BREAKS.sub(" ", parameter.text).strip()
    if not 0 < len(text) <= PARAMETER_LIMIT:
        raise PayloadInvalid(f"a template's parameter has 1 to {PARAMETER_LIMIT} characters")
    value: Payload = {"type": "text", "text": text}
    if parameter.name:
        value["parameter_name"] = parameter.name
    return value


def _url_button(index: int, value: str) -> Payload:
    if not 0 <= index < MAX_BUTTONS or not 0 < len(value) <= URL_SUFFIX_LIMIT:
        raise PayloadInvalid("a button needs an index from 0 to 9 and the end of its address")
    return {
        "type": "button",
        "sub_type": "url",
        "index": str(index),
        "parameters": [{"type": "text", "text": value}],
    }
