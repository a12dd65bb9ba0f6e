"""The pages people see: every phone per business number, and one phone with its thread."""

from dataclasses import dataclass

from sandbox.bubbles import clock, day, item
from sandbox.channels import Channel
from sandbox.markup import attribute, plain
from sandbox.messages import Message
from sandbox.personas import Contact, Persona

KEYWORD = "quero participar"
SEND_ICON = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 12 3 4l18 8-18 8 1-8h9"/></svg>'


@dataclass
class Row:
    """One line of the list of conversations."""

    channel: Channel
    persona: Persona
    last: Message | None
    unread: int


@dataclass
class Thread:
    """An open conversation."""

    channel: Channel
    persona: Persona
    contact: Contact
    messages: list[Message]
    now: float


def spoken(phone: str) -> str:
    """Return a phone as people write it."""
    if phone.startswith("55") and len(phone) in (12, 13):
        return f"+55 {phone[2:4]} {phone[4:-4]}-{phone[-4:]}"
    return f"+{phone}"


def _initials(name: str) -> str:
    words = [word for word in name.split() if word[:1].isalnum()]
    return attribute("".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?")


def _avatar(name: str, seed: str) -> str:
    tone = sum(map(ord, seed)) % 6
    return f'<span class="avatar tone{tone}" aria-hidden="true">{_initials(name)}</span>'


def arrived(one: Message, persona: Persona) -> bool:
    """Tell whether a message belongs on the screen: a phone that is off shows nothing of what was sent to it."""
    waiting = one.direction == "out" and one.status in ("accepted", "sent")
    return not waiting or (persona.delivered and persona.on_whatsapp)


def document(title: str, people: str, main: str, *, thread_open: bool) -> str:
    """Return a whole page."""
    return f"""<!doctype html>
<html lang="pt-BR">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<title>{attribute(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/phone.css">
<script type="module" src="/static/phone.js"></script>
</head>
<body class="{"thread-open" if thread_open else ""}">
<a class="skip" href="#chat">Ir para a conversa</a>
<div class="frame">{people}{main}</div>
</body>
</html>"""


def people(rows: list[Row], numbers: list[Channel], current: tuple[str, str], problem: str = "") -> str:
    """Return the list of conversations, by business number; `current` is (number id, phone) of the open one.

    With none open, the list is the page's main part and `problem` is said on top of it.
    """
    problem = f'<p class="problem" role="alert">{attribute(problem)}</p>' if problem else ""
    blocks = []
    for channel in numbers:
        mine = [row for row in rows if row.channel.phone_number_id == channel.phone_number_id]
        lines = "".join(_row(row, current) for row in mine)
        listed = f"<ul>{lines}</ul>" if lines else '<p class="none">Ninguém escreveu nem recebeu mensagem ainda.</p>'
        heading = f"{attribute(channel.display_name)} <small>{attribute(channel.display_phone_number)}</small>"
        blocks.append(f"<section><h2>{heading}</h2>{listed}</section>")
    listing = "".join(blocks) or '<p class="none">Nenhum número de empresa registrado ainda.</p>'
    opening, title, closing = '<main class="people" id="chat" tabindex="-1">', "h1", "</main>"
    if current != ("", ""):
        opening, title, closing = '<nav class="people" aria-label="Conversas">', "p", "</nav>"
    heading = f'<{title} class="name"><a href="/">Telefones de teste</a></{title}>'
    return f"""{opening}
<header>{heading}<p>WhatsApp simulado: nada sai desta máquina.</p></header>
{problem}{_new_chat(numbers) if numbers else ""}{listing}{closing}"""


def _row(row: Row, current: tuple[str, str]) -> str:
    here = (row.channel.phone_number_id, row.persona.phone) == current
    last = row.last.rendered.get("body", "") if row.last else ""
    line = attribute(plain(last)[:80]) or spoken(row.persona.phone)
    unread = f'<span class="unread">{row.unread}<span class="hidden"> não lidas</span></span>' if row.unread else ""
    moment = f"<time>{clock(row.last.created_at)}</time>" if row.last else ""
    return (
        f'<li><a class="row" href="/phone/{row.persona.phone}?channel={row.channel.phone_number_id}"'
        f"{' aria-current=page' if here else ''}>{_avatar(row.persona.name, row.persona.phone)}"
        f'<span class="who"><strong>{attribute(row.persona.name)}</strong>{moment}</span>'
        f'<span class="last"><span class="clip">{line}</span>{unread}</span>'
        f"</a></li>"
    )


def _new_chat(numbers: list[Channel]) -> str:
    options = "".join(
        f'<option value="{attribute(one.phone_number_id)}">{attribute(one.display_name)}</option>' for one in numbers
    )
    return f"""<form class="new" action="/open" method="get">
<h2>Nova conversa</h2>
<label>Telefone de quem escreve
<input name="phone" type="tel" inputmode="tel" autocomplete="off" required placeholder="+55 11 98888-7777"></label>
<label>Para a empresa<select name="channel">{options}</select></label>
<button>Abrir este telefone</button></form>"""


def welcome() -> str:
    """Return the right side when no conversation is open; phones do not show it."""
    return """<aside class="chat empty" aria-label="Ajuda"><p class="big">Escolha uma conversa</p>
<p>Veja o que cada pessoa recebe e responda como ela. Abrir a conversa marca as mensagens como lidas.</p></aside>"""


def chat(open_thread: Thread) -> str:
    """Return the phone: business on top, bubbles, and a box to write."""
    channel, persona = open_thread.channel, open_thread.persona
    name = attribute(channel.display_name)
    return f"""<main id="chat" class="chat" tabindex="-1">
<header class="bar"><a class="back" href="/" aria-label="Voltar às conversas">‹</a>
{_avatar(channel.display_name, channel.phone_number_id)}
<div class="title"><h1>{name}</h1><p>no telefone de {attribute(persona.name)} · {spoken(persona.phone)}</p></div>
{_menu(open_thread)}</header>
<div class="scroll" tabindex="0" role="log" aria-label="Mensagens com {name}"><ol class="thread" id="thread"
 data-source="/phone/{persona.phone}/thread?channel={channel.phone_number_id}">{items(open_thread)}</ol></div>
{_composer(open_thread)}</main>"""


def items(open_thread: Thread) -> str:
    """Return the bubbles with the days between them; asked for again every second by the page."""
    persona, contact = open_thread.persona, open_thread.contact
    parts, last_day = [], ""
    for one in open_thread.messages:
        if not arrived(one, persona):
            continue
        if day(one.created_at) != last_day:
            last_day = day(one.created_at)
            parts.append(f'<li class="day" id="d{one.seq}">{last_day}</li>')
        parts.append(
            item(
                one, phone=persona.phone, channel=open_thread.channel.phone_number_id,
                may_reply=not contact.blocked,
            )
        )  # fmt: skip
    if not parts:
        parts.append('<li class="day" id="d0">Nenhuma mensagem ainda. Escreva a primeira.</li>')
    if contact.typing_until > open_thread.now:
        parts.append('<li class="bubble theirs typing" id="typing">digitando…</li>')
    return "".join(parts)


def _menu(open_thread: Thread) -> str:
    contact, now = open_thread.contact, open_thread.now
    if contact.window_open(now) and contact.last_inbound_at:
        window = (
            f"Janela de 24 horas aberta até {day(contact.last_inbound_at + 86400)} {clock(contact.last_inbound_at)}."
        )
    else:
        window = "Janela de 24 horas fechada: a empresa só pode enviar modelos aprovados."
    block = ("unblock", "Desbloquear a empresa") if contact.blocked else ("block", "Bloquear a empresa")
    stop = (
        ("resume_marketing", "Voltar a receber ofertas")
        if contact.stop_marketing
        else ("stop_marketing", "Parar de receber ofertas")
    )
    forms = "".join(
        f'<form method="post" action="/phone/{contact.phone}/standing">'
        f'<input type="hidden" name="channel" value="{attribute(contact.phone_number_id)}">'
        f'<button name="act" value="{act}">{label}</button></form>'
        for act, label in (block, stop)
    )
    return f'<details class="menu"><summary>Opções</summary><div><p>{window}</p>{forms}</div></details>'


def _composer(open_thread: Thread) -> str:
    phone, channel = open_thread.persona.phone, attribute(open_thread.channel.phone_number_id)
    if open_thread.contact.blocked:
        return (
            f'<form class="composer" method="post" action="/phone/{phone}/standing">'
            f'<input type="hidden" name="channel" value="{channel}"><p>Você bloqueou esta empresa.</p>'
            f'<button name="act" value="unblock">Desbloquear</button></form>'
        )
    wrote = any(one.direction == "in" for one in open_thread.messages)
    value = "" if wrote or open_thread.messages else KEYWORD
    return f"""<form class="composer" method="post" action="/phone/{phone}/reply" data-send>
<input type="hidden" name="channel" value="{channel}"><input type="hidden" name="kind" value="text">
<label class="hidden" for="words">Mensagem</label>
<textarea id="words" name="text" rows="1" maxlength="4096" required placeholder="Mensagem">{value}</textarea>
<button aria-label="Enviar">{SEND_ICON}</button>
</form>
<details class="attach"><summary>Enviar imagem</summary>
<form method="post" action="/phone/{phone}/reply" enctype="multipart/form-data">
<input type="hidden" name="channel" value="{channel}"><input type="hidden" name="kind" value="image">
<label>Imagem <input type="file" name="picture" accept="image/jpeg,image/png" required></label>
<label>Legenda <input name="text" maxlength="1024" autocomplete="off"></label>
<button>Enviar imagem</button></form></details>"""
