"""The messages of a thread as HTML list items, seen from the person's phone."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from sandbox.errors import CATALOGUE
from sandbox.markup import attribute, safe_link, text
from sandbox.messages import Message

# Brasília has kept this offset all year since 2019; a fixed one needs no time zone database.
BRASILIA = timezone(timedelta(hours=-3))
STATUS_WORDS = {
    "accepted": "enviando", "sent": "enviada", "delivered": "entregue", "read": "lida", "failed": "não entregue",
}  # fmt: skip
CATEGORY_WORDS = {"utility": "utilidade", "marketing": "marketing", "authentication": "autenticação"}
CHECK = '<path d="M1 6.5 4.5 10 11 2"/>'
SECOND_CHECK = '<path d="M8 9.5 8.6 10 15 2"/>'


def clock(moment: float) -> str:
    """Return the time of day in Brasília."""
    return datetime.fromtimestamp(moment, UTC).astimezone(BRASILIA).strftime("%H:%M")


def day(moment: float) -> str:
    """Return the date in Brasília."""
    return datetime.fromtimestamp(moment, UTC).astimezone(BRASILIA).strftime("%d/%m/%Y")


def ticks(status: str) -> str:
    """Return the tick marks of a status with their meaning in words."""
    word = STATUS_WORDS[status]
    if status in ("accepted", "failed"):
        drawing = '<circle cx="8" cy="6" r="5"/><path d="M8 3v3.5l2 1"/>'
        if status == "failed":
            drawing = '<circle cx="8" cy="6" r="5"/><path d="M8 3v3.5M8 9v.2"/>'
    else:
        drawing = CHECK + (SECOND_CHECK if status != "sent" else "")
    return (
        f'<span class="ticks ticks-{status}"><svg viewBox="0 0 16 12" aria-hidden="true">{drawing}</svg>'
        f'<span class="hidden">{word}</span></span>'
    )


def item(one: Message, *, phone: str, channel: str, may_reply: bool) -> str:
    """Return one message as a list item; its buttons are links and small forms that work without script."""
    mine = one.direction == "in"
    who = "Você" if mine else "Empresa"
    look = "mine" if mine else "theirs lost" if one.status == "failed" else "theirs"
    parts = [f'<li id="m{one.seq}" class="bubble {look}"><span class="hidden">{who}: </span>']
    parts.append(_header(one.rendered.get("header"), phone))
    if one.type == "reaction":
        parts.append(f'<p class="body">Reagiu {attribute(one.rendered["body"] or "(retirou)")}</p>')
    elif one.rendered.get("body"):
        parts.append(f'<p class="body">{text(one.rendered["body"])}</p>')
    if one.rendered.get("footer"):
        parts.append(f'<p class="foot">{attribute(one.rendered["footer"])}</p>')
    parts.append(_meta(one))
    if one.status == "failed":
        parts.append(_failure(one))
    buttons = "".join(
        _button(one, place, button, phone, channel, may_reply)
        for place, button in enumerate(one.rendered.get("buttons", []))
    )
    if buttons and one.status != "failed":
        parts.append(f'<div class="actions">{buttons}</div>')
    return "".join(parts) + "</li>"


def _header(header: dict[str, Any] | None, phone: str) -> str:
    if not header:
        return ""
    kind = header["type"]
    if kind == "text":
        return f'<p class="head">{attribute(header["text"])}</p>'
    source = safe_link(str(header["link"])) if header.get("link") else f"/phone/{phone}/media/{header.get('id', '')}"
    if kind in ("image", "sticker"):
        return f'<img class="picture" src="{attribute(source)}" alt="Imagem da mensagem" loading="lazy">'
    if kind == "location":
        return f'<p class="head">📍 {attribute(header.get("name", "Localização"))}</p>'
    label = attribute(header.get("filename") or {"audio": "Áudio", "video": "Vídeo"}.get(kind, "Documento"))
    return f'<p class="head"><a href="{attribute(source)}" target="_blank" rel="noopener noreferrer">📎 {label}</a></p>'


def _meta(one: Message) -> str:
    source = ""
    if one.type == "template":
        name = attribute(one.payload["template"]["name"])
        source = f'<span class="source">{name} · {CATEGORY_WORDS.get(one.category, one.category)}</span>'
    return f'<p class="meta">{source}<time>{clock(one.created_at)}</time>{ticks(one.status)}</p>'


def _failure(one: Message) -> str:
    code = next((entry["error_code"] for entry in reversed(one.history) if "error_code" in entry), 0)
    return f'<p class="failure">Não chegou ao telefone: {code} {attribute(CATALOGUE.get(code, (0, ""))[1])}</p>'


def _button(one: Message, place: int, button: dict[str, Any], phone: str, channel: str, may_reply: bool) -> str:
    kind, label = button["kind"], attribute(button["text"])
    if kind == "url":
        return (
            f'<a class="action" href="{safe_link(button["url"])}" target="_blank" rel="noopener noreferrer">'
            f'{label}<span class="hidden"> (abre em outra aba)</span></a>'
        )
    if kind == "phone":
        return f'<a class="action" href="tel:{attribute(button["phone"])}">{label}</a>'
    if kind == "copy_code":
        code = attribute(button["code"])
        return f'<p class="code"><span class="hidden">Código: </span><output>{code}</output></p>' + (
            f'<button type="button" class="action" data-copy="{code}">{label}</button>'
        )
    if not may_reply or kind in ("flow", "location"):
        return f'<span class="action off">{label}</span>'
    if kind == "list":
        return _list(one, place, button, phone, channel)
    fields = {"kind": "button", "text": button["text"], "payload": button.get("payload", "")}
    if kind == "reply":
        fields = {"kind": "button_reply", "text": button["text"], "id": button["id"]}
    return _form(one, phone, channel, fields, label, f"b{one.seq}-{place}")


def _form(one: Message, phone: str, channel: str, fields: dict[str, str], label: str, ident: str) -> str:
    values = {"channel": channel, "context": one.wamid, **fields}
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{attribute(value)}">' for name, value in values.items()
    )
    return (
        f'<form method="post" action="/phone/{phone}/reply" data-send>{hidden}'
        f'<button class="action" id="{ident}">{label}</button></form>'
    )


def _list(one: Message, place: int, button: dict[str, Any], phone: str, channel: str) -> str:
    rows = []
    for section_number, section in enumerate(button["sections"]):
        if section.get("title"):
            rows.append(f'<p class="section">{attribute(section["title"])}</p>')
        for row_number, row in enumerate(section["rows"]):
            about = row.get("description", "")
            label = attribute(row["title"]) + (f"<small>{attribute(about)}</small>" if about else "")
            fields = {"kind": "list_reply", "text": row["title"], "id": row["id"], "description": about}
            ident = f"b{one.seq}-{place}-{section_number}-{row_number}"
            rows.append(_form(one, phone, channel, fields, label, ident))
    return (
        f'<details class="list"><summary class="action">{attribute(button["text"])}</summary>{"".join(rows)}</details>'
    )
