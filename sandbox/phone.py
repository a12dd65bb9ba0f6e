"""The addresses of the phone pages."""

import base64
from pathlib import Path

from sandbox import channels, inbound, media, messages, pages, personas, statuses
from sandbox.box import Box
from sandbox.channels import Channel
from sandbox.errors import ControlError
from sandbox.http import Request, Response, Router, call, page, redirect
from sandbox.pages import Row, Thread

STATIC = {"phone.css": "text/css; charset=utf-8", "phone.js": "text/javascript; charset=utf-8"}
LATEST = 30  # messages looked at for the list of conversations
UNREAD = ("accepted", "sent", "delivered")
STATIC_ROOT = Path(__file__).parent / "static"


class Phone:
    """Pages and forms of one stand-in."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self._router = Router()
        for method, path, handler in (
            ("GET", "/", self._index),
            ("GET", "/open", self._open),
            ("GET", "/phone/{phone}", self._phone),
            ("GET", "/phone/{phone}/thread", self._thread),
            ("GET", "/phone/{phone}/media/{id}", self._media),
            ("POST", "/phone/{phone}/reply", self._reply),
            ("POST", "/phone/{phone}/standing", self._standing),
            ("GET", "/static/{name}", self._static),
        ):
            self._router.add(method, path, handler)

    async def handle(self, request: Request) -> Response:
        """Answer a page or form; a mistake is shown on the page of conversations."""
        handler, known = self._router.find(request)
        if handler is None:
            return self._list_page("Esta página não existe.", 405 if known else 404)
        try:
            return await call(handler, request)
        except ControlError as error:
            return self._list_page(_plain(error), error.status)

    def _rows(self) -> list[Row]:
        rows = []
        for channel in channels.everyone(self._box.store):
            for contact in personas.of_channel(self._box.store, channel.phone_number_id):
                persona = personas.get(self._box.store, contact.phone)
                thread = messages.thread(self._box.store, channel.phone_number_id, contact.phone, limit=LATEST)
                shown = [one for one in thread if pages.arrived(one, persona)]
                unread = sum(one.direction == "out" and one.status in UNREAD for one in shown)
                rows.append(Row(channel, persona, shown[-1] if shown else None, unread))
        return rows

    def _list_page(self, problem: str = "", status: int = 200) -> Response:
        numbers = channels.everyone(self._box.store)
        listed = pages.people(self._rows(), numbers, ("", ""), problem)
        html = pages.document("Telefones de teste", listed, pages.welcome(), thread_open=False)
        return page(html, status)

    def _index(self, _: Request) -> Response:
        return self._list_page()

    def _open(self, request: Request) -> Response:
        phone = personas.parse_phone(request.query.get("phone"))
        channel = channels.find(self._box.store, request.query.get("channel", ""))
        return redirect(f"/phone/{phone}?channel={channel.phone_number_id}")

    def _conversation(self, request: Request, channel: Channel) -> Thread:
        phone = personas.parse_phone(request.path_values["phone"])
        statuses.read_thread(self._box, channel.phone_number_id, phone)
        now = self._box.clock.now()
        return Thread(
            channel,
            personas.get(self._box.store, phone),
            personas.contact(self._box.store, channel.phone_number_id, phone, now),
            messages.thread(self._box.store, channel.phone_number_id, phone),
            now,
        )

    def _channel(self, request: Request, reference: str) -> Channel:
        """Return the channel meant; with none named, the one this phone last exchanged with."""
        if not reference:
            phone = personas.parse_phone(request.path_values["phone"])
            latest = messages.search(self._box.store, phone=phone, limit=1)
            reference = latest[0].phone_number_id if latest else ""
        return channels.find(self._box.store, reference)

    def _phone(self, request: Request) -> Response:
        open_thread = self._conversation(request, self._channel(request, request.query.get("channel", "")))
        current = (open_thread.channel.phone_number_id, open_thread.persona.phone)
        listed = pages.people(self._rows(), channels.everyone(self._box.store), current)
        title = f"{open_thread.channel.display_name} · {open_thread.persona.name}"
        return page(pages.document(title, listed, pages.chat(open_thread), thread_open=True))

    def _thread(self, request: Request) -> Response:
        open_thread = self._conversation(request, self._channel(request, request.query.get("channel", "")))
        return page(pages.items(open_thread))

    def _media(self, request: Request) -> Response:
        one = media.get(self._box.store, request.path_values["id"])
        if one is None:
            raise ControlError("Este arquivo não existe mais.", status=404)
        headers = {"x-content-type-options": "nosniff", "content-security-policy": "sandbox"}
        if not one.mime_type.startswith(("image/", "audio/", "video/")):
            headers["content-disposition"] = "attachment"
        return Response(200, one.data, one.mime_type, headers)

    def _reply(self, request: Request) -> Response:
        form = _fields(request)
        channel = self._channel(request, form.get("channel", ""))
        phone = personas.parse_phone(request.path_values["phone"])
        kind, words = form.get("kind", "text"), form.get("text", "").replace("\r\n", "\n").strip()
        body: dict[str, object] = {"type": "text", "text": words}
        if kind == "button":
            body = {"type": "button", "button": {"text": words, "payload": form.get("payload") or words}}
        elif kind in ("button_reply", "list_reply"):
            reply = {"id": form.get("id", ""), "title": words}
            if form.get("description"):
                reply["description"] = form["description"]
            body = {"type": "interactive", "interactive": {"type": kind, kind: reply}}
        elif kind == "image":
            body = {"type": "image", "image": {**_picture(request), "caption": words}}
        if form.get("context"):
            body["context"] = form["context"]
        inbound.receive(self._box, channel, phone, body)
        return redirect(f"/phone/{phone}?channel={channel.phone_number_id}")

    def _standing(self, request: Request) -> Response:
        form = request.form()
        channel = self._channel(request, form.get("channel", ""))
        phone = personas.parse_phone(request.path_values["phone"])
        act = form.get("act", "")
        if act in ("block", "unblock"):
            inbound.set_blocked(self._box, channel, phone, blocked=act == "block")
        elif act in ("stop_marketing", "resume_marketing"):
            inbound.set_stop_marketing(self._box, channel, phone, stop=act == "stop_marketing")
        else:
            raise ControlError("Ação desconhecida.")
        return redirect(f"/phone/{phone}?channel={channel.phone_number_id}")

    def _static(self, request: Request) -> Response:
        name = request.path_values["name"]
        if name not in STATIC:
            return Response(404, b"", "text/plain")
        headers = {"cache-control": "no-cache", "x-content-type-options": "nosniff"}
        return Response(200, (STATIC_ROOT / name).read_bytes(), STATIC[name], headers)


def _fields(request: Request) -> dict[str, str]:
    """A form's fields, of those with a file too. Raises: ControlError for what is no form."""
    if not request.content_type.startswith("multipart/"):
        return request.form()
    try:
        return {one.name: one.data.decode("utf-8", "replace") for one in request.parts() if not one.filename}
    except ValueError as error:
        raise ControlError("Este formulário não se lê.") from error


def _picture(request: Request) -> dict[str, str]:
    """The chosen picture. Raises: ControlError when there is none."""
    one = next((part for part in request.parts() if part.name == "picture" and part.data), None)
    if one is None:
        raise ControlError("Escolha uma imagem.")
    return {"data_base64": base64.b64encode(one.data).decode(), "mime_type": one.content_type}


def _plain(error: ControlError) -> str:
    words = {
        "bad_phone": "Escreva o telefone com o código do país, por exemplo +55 11 98888-7777.",
        "channel_required": "Escolha a empresa.",
        "channel_not_found": "Esta empresa não está registrada.",
        "blocked": "Esta pessoa bloqueou a empresa.",
    }
    return words.get(error.code, error.detail)
