"""Buttons, lists, links and flows inside the 24-hour window. Sizes are Meta's, in characters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from messaging.whatsapp.errors import PayloadInvalid
from messaging.whatsapp.payloads import Media, Payload, Recipient, envelope, within

BODY_LIMIT = 1024
LIST_BODY_LIMIT = 4096
SHORT_LIMIT = 60
LABEL_LIMIT = 20
REPLY_ID_LIMIT = 256
MAX_REPLIES = 3
ROW_ID_LIMIT = 200
ROW_TITLE_LIMIT = 24
ROW_DESCRIPTION_LIMIT = 72
MAX_ROWS = 10
URL_LIMIT = 2000
FLOW_LABEL_LIMIT = 30
FLOW_VERSION = "3"


@dataclass(frozen=True)
class Card:
    """What stands around the action: the body, and perhaps a header (a text or a file) and a footer."""

    body: str = field(repr=False)
    header: str | Media = field(default="", repr=False)
    footer: str = field(default="", repr=False)


@dataclass(frozen=True)
class Reply:
    """A button that answers; `id` comes back when the person taps."""

    id: str
    title: str


@dataclass(frozen=True)
class Row:
    """A line of a list; `id` comes back when the person picks it."""

    id: str
    title: str
    description: str = ""


@dataclass(frozen=True)
class Section:
    """Lines of a list under a title, which may be empty where it is the only section."""

    rows: Sequence[Row]
    title: str = ""


@dataclass(frozen=True)
class Flow:
    """A published flow; `token` comes back with its result. `screen` and `data` are where and with what it starts."""

    flow_id: str
    label: str
    token: str = field(repr=False)
    screen: str
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)


def reply_buttons(
    to: Recipient, card: Card, replies: Sequence[Reply], *, tracker: str, reply_to: str | None = None
) -> Payload:
    """Up to three buttons that answer. Raises PayloadInvalid."""
    if not 1 <= len(replies) <= MAX_REPLIES:
        raise PayloadInvalid(f"a message has 1 to {MAX_REPLIES} reply buttons")
    _distinct([each.id for each in replies], "the ids of buttons")
    _distinct([each.title for each in replies], "the titles of buttons")
    buttons = [{"type": "reply", "reply": _reply(each)} for each in replies]
    return _message(to, "button", card, {"buttons": buttons}, tracker, reply_to)


def list_message(
    to: Recipient, card: Card, label: str, sections: Sequence[Section], *, tracker: str, reply_to: str | None = None
) -> Payload:
    """A button that opens a list of up to ten rows in all. Raises PayloadInvalid."""
    rows = [row for section in sections for row in section.rows]
    if not 1 <= len(rows) <= MAX_ROWS or not all(section.rows for section in sections):
        raise PayloadInvalid(f"a list has 1 to {MAX_ROWS} rows in all, and no empty section")
    if len(sections) > 1 and not all(section.title for section in sections):
        raise PayloadInvalid("each of several sections has a title")
    if isinstance(card.header, Media):
        raise PayloadInvalid("a list's header is a text")
    _distinct([row.id for row in rows], "the ids of rows")
    action = {"button": within(label, LABEL_LIMIT, "a button"), "sections": [_section(each) for each in sections]}
    return _message(to, "list", card, action, tracker, reply_to)


def link_button(
    to: Recipient, card: Card, label: str, url: str, *, tracker: str, reply_to: str | None = None
) -> Payload:
    """One button that opens an address. Raises PayloadInvalid."""
    if not url.startswith(("https://", "http://")):
        raise PayloadInvalid("a link is http or https")
    parameters = {"display_text": within(label, LABEL_LIMIT, "a button"), "url": within(url, URL_LIMIT, "a link")}
    return _message(to, "cta_url", card, {"name": "cta_url", "parameters": parameters}, tracker, reply_to)


def flow_message(to: Recipient, card: Card, flow: Flow, *, tracker: str, reply_to: str | None = None) -> Payload:
    """A button that opens a published flow. Raises PayloadInvalid."""
    start: Payload = {"screen": within(flow.screen, ROW_ID_LIMIT, "a screen")}
    if flow.data:
        start["data"] = dict(flow.data)
    parameters = {
        "flow_message_version": FLOW_VERSION,
        "flow_id": within(flow.flow_id, ROW_ID_LIMIT, "a flow's id"),
        "flow_cta": within(flow.label, FLOW_LABEL_LIMIT, "a flow's button"),
        "flow_token": within(flow.token, ROW_ID_LIMIT, "a flow's token"),
        "flow_action": "navigate",
        "flow_action_payload": start,
    }
    return _message(to, "flow", card, {"name": "flow", "parameters": parameters}, tracker, reply_to)


def _message(to: Recipient, form: str, card: Card, action: Payload, tracker: str, reply_to: str | None) -> Payload:
    limit = LIST_BODY_LIMIT if form == "list" else BODY_LIMIT
    interactive: Payload = {"type": form, "body": {"text": within(card.body, limit, "a body")}, "action": action}
    if card.header:
        interactive["header"] = _header(card.header)
    if card.footer:
        interactive["footer"] = {"text": within(card.footer, SHORT_LIMIT, "a footer")}
    return {**envelope(to, "interactive", tracker, reply_to), "interactive": interactive}


def _header(header: str | Media) -> Payload:
    if isinstance(header, str):
        return {"type": "text", "text": within(header, SHORT_LIMIT, "a header")}
    if header.kind not in ("image", "video", "document") or header.caption:
        raise PayloadInvalid("a header is a text, or an image, a video or a document without caption")
    return {"type": header.kind, header.kind: header.described()}


def _reply(reply: Reply) -> Payload:
    return {
        "id": within(reply.id, REPLY_ID_LIMIT, "a button's id"),
        "title": within(reply.title, LABEL_LIMIT, "a button"),
    }


def _section(section: Section) -> Payload:
    rows = [_row(row) for row in section.rows]
    return (
        {"title": within(section.title, ROW_TITLE_LIMIT, "a section"), "rows": rows}
        if section.title
        else {"rows": rows}
    )


def _row(row: Row) -> Payload:
    value = {"id": within(row.id, ROW_ID_LIMIT, "a row's id"), "title": within(row.title, ROW_TITLE_LIMIT, "a row")}
    if row.description:
        value["description"] = within(row.description, ROW_DESCRIPTION_LIMIT, "a row's description")
    return value


def _distinct(values: Sequence[str], what: str) -> None:
    if len(set(values)) != len(values):
        raise PayloadInvalid(f"{what} differ from each other")
