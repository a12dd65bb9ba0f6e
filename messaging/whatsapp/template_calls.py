"""Approved templates with their values: parameters by position or by name, headers, and every kind of button."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from messaging.whatsapp.errors import PayloadInvalid
from messaging.whatsapp.payloads import Media, Payload, Recipient, envelope, within

PARAMETER_LIMIT = 1024
HEADER_LIMIT = 60
URL_SUFFIX_LIMIT = 2000
QUICK_REPLY_LIMIT = 256
COUPON_LIMIT = 20
MAX_BUTTONS = 10
HEADER_KINDS = frozenset({"image", "video", "document"})
_LINE_BREAKS = re.compile(r"[\n\t\r]| {5,}")


@dataclass(frozen=True)
class Parameter:
    """One placeholder's value; `name` only for templates with named parameters."""

    text: str = field(repr=False)
    name: str | None = None


@dataclass(frozen=True)
class UrlButton:
    """The end of the button's address. One-time codes travel in it too."""

    suffix: str = field(repr=False)


@dataclass(frozen=True)
class QuickReply:
    """What comes back when the person taps."""

    payload: str


@dataclass(frozen=True)
class CopyCode:
    """The code that the button copies."""

    code: str = field(repr=False)


@dataclass(frozen=True)
class FlowStart:
    """A flow's token, which comes back with its result, and what its first screen is given."""

    token: str = field(repr=False)
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)


Button = UrlButton | QuickReply | CopyCode | FlowStart


@dataclass(frozen=True)
class TemplateCall:
    """A template with its values. `buttons` maps a button's index to its value; fixed buttons have none."""

    name: str
    language: str
    body: Sequence[Parameter] = ()
    buttons: Mapping[int, Button] = field(default_factory=dict)
    header: Parameter | Media | None = None


def template_message(to: Recipient, call: TemplateCall, *, tracker: str) -> Payload:
    """An approved template; `tracker` comes back in every status webhook. Raises PayloadInvalid."""
    template: Payload = {"name": call.name, "language": {"code": call.language}}
    components: list[Payload] = []
    if call.header is not None:
        components.append({"type": "header", "parameters": [_header(call.header)]})
    if call.body:
        components.append({"type": "body", "parameters": _body(call.body)})
    components += [_button(index, value) for index, value in sorted(call.buttons.items())]
    if components:
        template["components"] = components
    return {**envelope(to, "template", tracker), "template": template}


def _header(header: Parameter | Media) -> Payload:
    if isinstance(header, Parameter):
        return _parameter(header, HEADER_LIMIT)
    if header.kind not in HEADER_KINDS or header.caption:
        raise PayloadInvalid("a header is an image, a video or a document without caption")
    return {"type": header.kind, header.kind: header.described()}


def _body(parameters: Sequence[Parameter]) -> list[Payload]:
    if len({parameter.name is None for parameter in parameters}) > 1:
        raise PayloadInvalid("a template's parameters go by position or by name, not both")
    return [_parameter(each, PARAMETER_LIMIT) for each in parameters]


def _parameter(parameter: Parameter, limit: int) -> Payload:
    # Meta refuses parameters with line breaks, tabs or more than four blanks in a row.
    text = within(_LINE_BREAKS.sub(" ", parameter.text).strip(), limit, "a template's parameter")
    value: Payload = {"type": "text", "text": text}
    if parameter.name:
        value["parameter_name"] = parameter.name
    return value


def _button(index: int, button: Button) -> Payload:
    if not 0 <= index < MAX_BUTTONS:
        raise PayloadInvalid(f"a button has an index from 0 to {MAX_BUTTONS - 1}")
    kind, parameter = _button_value(button)
    return {"type": "button", "sub_type": kind, "index": str(index), "parameters": [parameter]}


def _button_value(button: Button) -> tuple[str, Payload]:
    if isinstance(button, UrlButton):
        return "url", {"type": "text", "text": within(button.suffix, URL_SUFFIX_LIMIT, "the end of an address")}
    if isinstance(button, QuickReply):
        return "quick_reply", {"type": "payload", "payload": within(button.payload, QUICK_REPLY_LIMIT, "a payload")}
    if isinstance(button, CopyCode):
        return "copy_code", {"type": "coupon_code", "coupon_code": within(button.code, COUPON_LIMIT, "a coupon code")}
    action: Payload = {"flow_token": within(button.token, URL_SUFFIX_LIMIT, "a flow's token")}
    if button.data:
        action["flow_action_data"] = dict(button.data)
    return "flow", {"type": "action", "action": action}
