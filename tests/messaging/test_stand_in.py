"""The whole line against the stand-in's own process: templates, sends, ticks, replies, and what goes wrong."""

import io
import os
import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import pytest
import requests
from PIL import Image

from messaging.header_files import prepared
from messaging.inbound import process_due
from messaging.library import LIBRARY, Category
from messaging.own_templates import ButtonKind, TemplateButton, TemplateDraft
from messaging.selectors import channels, get_message, messages_page, templates
from messaging.sending import send_due
from messaging.services import (
    keep_header_file,
    queue_message,
    queue_sign_in_code,
    queue_text,
    receive_webhook,
    save_template_draft,
    submit_template,
    subscribe_channel,
    sync_templates,
    verify_subscription,
)
from messaging.stand_in import StandInConnection, connect_to_stand_in
from smartbis.customers.selectors import allows, contact_of
from smartbis.kernel.people import SYSTEM, Actor
from smartbis.tenancy.selectors import TenantInfo
from tests.messaging.conftest import enrol

PHONE = "+5511987654821"
STARTED_WITHIN_SECONDS = 20


class Mailbox:
    """Takes webhooks in for the test's own thread, and answers Meta's handshake as the test says."""

    def __init__(self) -> None:
        self.posts: queue.Queue[tuple[str, bytes, str]] = queue.Queue()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def _handler(mailbox) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                query = dict(part.split("=") for part in self.path.partition("?")[2].split("&"))
                self._answer(query.get("hub.challenge", "").encode())

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                channel = self.path.rstrip("/").rpartition("/")[2]
                mailbox.posts.put((channel, raw, self.headers.get("X-Hub-Signature-256", "")))
                self._answer(b"")

            def _answer(self, body: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        return Handler


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    """The stand-in's process on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--port", str(port), "--seed", "7"], env={**os.environ}
    )
    try:
        deadline = time.monotonic() + STARTED_WITHIN_SECONDS
        while True:
            try:
                requests.get(f"{url}/_sandbox/health", timeout=1)
                break
            except requests.ConnectionError:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    thread = threading.Thread(target=box.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield box
    box.server.shutdown()
    box.server.server_close()


class World:
    """Aurora, connected to the stand-in."""

    def __init__(self, brand: TenantInfo, sandbox: str, mailbox: Mailbox) -> None:
        self.tenant, self.url, self.mailbox = brand.id, sandbox, mailbox
        self.connection: StandInConnection = connect_to_stand_in(tenant=brand.id, sandbox_url=sandbox)

    def call(self, path: str, **body: Any) -> Any:
        answer = requests.post(
            f"{self.url}/_sandbox/{path}", json={**body, "channel": self.connection.channel}, timeout=5
        )
        assert answer.ok, answer.text
        return answer.json()

    def until(self, is_true: Callable[[], bool]) -> None:
        """Work webhooks off as they come until something holds."""
        deadline = time.monotonic() + 10
        while not is_true():
            assert time.monotonic() < deadline
            try:
                channel, raw, signature = self.mailbox.posts.get(timeout=0.2)
            except queue.Empty:
                continue
            receive_webhook(channel, raw, signature)
            while process_due(tenant=self.tenant):
                pass

    def seen_by(self, phone: str) -> list[dict[str, Any]]:
        query = {"to": phone, "channel": self.connection.channel}
        answer = requests.get(f"{self.url}/_sandbox/messages", params=query, timeout=5)
        return list(answer.json()["results"])


@pytest.fixture
def world(aurora: TenantInfo, sandbox: str, mailbox: Mailbox, network: None, settings: Any) -> Iterator[World]:
    settings.WHATSAPP_GRAPH_URL = sandbox
    settings.BASE_URL = mailbox.url
    yield World(aurora, sandbox, mailbox)
    requests.post(f"{sandbox}/_sandbox/reset", json={"everything": True}, timeout=5)


def welcome(world: World, customer: Any, cause: str = "c:1") -> Any:
    parameters = {"first_name": "Ana", "brand": "Café Aurora"}
    return queue_message(
        tenant=world.tenant, customer=customer.id, template="welcome", parameters=parameters, cause=cause
    )


def test_every_template_of_the_library_is_approved(world: World) -> None:
    found = templates(tenant=world.tenant)
    assert len(found) == sum(len(spec.wordings) for spec in LIBRARY.values())
    assert {each.status for each in found} == {"APPROVED"}
    assert {each.category for each in found} == {"utility", "authentication"}


def test_connecting_again_keeps_channel_and_secrets(world: World) -> None:
    again = connect_to_stand_in(tenant=world.tenant, sandbox_url=world.url)
    assert again == world.connection
    assert len(channels(tenant=world.tenant)) == 1


def test_the_numbers_health_is_known(world: World) -> None:
    (info,) = channels(tenant=world.tenant)
    assert (info.quality, info.daily_limit, info.per_second) == ("GREEN", 0, 1000)
    assert info.checked_at is not None
    assert info.is_subscribed is None


def test_the_handshake_and_subscription(world: World) -> None:
    (channel,) = channels(tenant=world.tenant)
    subscribe_channel(tenant=world.tenant, channel=channel.id)
    assert verify_subscription(channel.public_id, "subscribe", world.connection.verify_token, "77") == "77"


def test_a_notice_arrives_is_read_and_answered(world: World) -> None:
    customer = enrol(world.tenant)
    message = welcome(world, customer)
    send_due(tenant=world.tenant)
    world.until(lambda: get_message(tenant=world.tenant, message=message.id).status in ("delivered", "read"))
    (seen,) = world.seen_by(PHONE)
    assert "Olá, Ana!" in str(seen)

    world.call("read", phone=PHONE)
    world.until(lambda: get_message(tenant=world.tenant, message=message.id).status == "read")
    info = get_message(tenant=world.tenant, message=message.id)
    assert info.pricing is not None
    assert info.pricing["category"] == "utility"

    world.call("inbound", **{"from": PHONE, "text": "Obrigada!", "name": "Ana"})
    world.until(lambda: bool(messages_page(tenant=world.tenant, direction="in").items))
    (received,) = messages_page(tenant=world.tenant, direction="in").items
    assert (received.text, received.customer_id) == ("Obrigada!", customer.id)
    reply = queue_text(
        tenant=world.tenant,
        conversation=received.conversation_id,  # type: ignore[arg-type]
        body="Nós é que agradecemos.",
        cause="r:1",
        actor=SYSTEM,
    )
    send_due(tenant=world.tenant)
    assert get_message(tenant=world.tenant, message=reply.id).status == "accepted"


def test_a_sign_in_code_arrives(world: World) -> None:
    message = queue_sign_in_code(tenant=world.tenant, phone=PHONE, code="482913", challenge=uuid4())
    send_due(tenant=world.tenant)
    assert get_message(tenant=world.tenant, message=message.id).status == "accepted"
    assert "482913" in str(world.seen_by(PHONE))


@pytest.mark.parametrize("fault", ["html_502", "http_500", "error_code:130429"])
def test_a_fault_is_retried(world: World, fault: str) -> None:
    message = welcome(world, enrol(world.tenant))
    world.call("faults", kind=fault)
    send_due(tenant=world.tenant)
    assert get_message(tenant=world.tenant, message=message.id).status == "queued"
    assert world.seen_by(PHONE) == []


def test_a_reply_lost_after_acceptance_is_settled_by_the_status_webhook(world: World, monkeypatch: Any) -> None:
    from messaging.whatsapp import transport

    monkeypatch.setattr(transport.TRANSPORT, "timeouts", (0.5, 0.5))
    message = welcome(world, enrol(world.tenant))
    world.call("faults", kind="timeout_after", seconds=1)
    send_due(tenant=world.tenant)
    assert get_message(tenant=world.tenant, message=message.id).status == "unknown"
    world.until(lambda: get_message(tenant=world.tenant, message=message.id).status in ("sent", "delivered", "read"))
    assert len(world.seen_by(PHONE)) == 1


def test_an_old_account_without_the_ninth_digit_is_one_person(world: World) -> None:
    world.call("profile", phone=PHONE, wa_id_without_ninth_digit=True)
    customer = enrol(world.tenant)
    message = welcome(world, customer)
    send_due(tenant=world.tenant)
    assert contact_of(tenant=world.tenant, customer=customer.id).wa_id == "551187654821"

    world.call("inbound", **{"from": PHONE, "text": "Oi"})
    world.until(lambda: bool(messages_page(tenant=world.tenant, direction="in").items))
    (received,) = messages_page(tenant=world.tenant, direction="in").items
    assert received.customer_id == customer.id
    assert received.conversation_id == get_message(tenant=world.tenant, message=message.id).conversation_id
    again = welcome(world, customer, cause="c:2")
    send_due(tenant=world.tenant)
    assert get_message(tenant=world.tenant, message=again.id).status == "accepted"


def test_stop_on_the_phone_stops_here(world: World) -> None:
    customer = enrol(world.tenant, marketing=True)
    world.call("inbound", **{"from": PHONE, "text": "SAIR"})
    world.until(lambda: not allows(tenant=world.tenant, customer=customer.id, category="utility"))
    assert welcome(world, customer).reason == "no_consent"


def test_whatsapps_own_stop_control_stops_marketing(world: World) -> None:
    customer = enrol(world.tenant, marketing=True)
    world.call("profile", phone=PHONE, stop_marketing=True)
    world.until(lambda: not allows(tenant=world.tenant, customer=customer.id, category="marketing"))
    assert allows(tenant=world.tenant, customer=customer.id, category="utility")


def test_a_picture_and_ten_buttons_reach_the_phone(world: World) -> None:
    """From the editor's draft over the sample's handle and the file's id to what the person sees."""
    owner = Actor(kind="staff", role="owner", label="Owner")
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "#c62828").save(out, "PNG")
    media = keep_header_file(tenant=world.tenant, file=prepared("image", out.getvalue(), "capa.png"), actor=owner)
    replies = [TemplateButton(ButtonKind.REPLY, f"Resposta {number}") for number in range(6)]
    draft = TemplateDraft(
        Category.UTILITY,
        "Oi, {first_name}, aqui é da {brand}! O seu cadastro já está ativo neste telefone.",
        buttons=(
            *replies,
            TemplateButton(ButtonKind.COPY, "", "AURORA10"),
            TemplateButton(ButtonKind.PAGE, "Ver minha conta"),
            TemplateButton(ButtonKind.ADDRESS, "Ver o cardápio", "https://aurora.example/cardapio"),
            TemplateButton(ButtonKind.PHONE, "Ligar", "+551133334444"),
        ),
        media=media,
    )
    kept = save_template_draft(tenant=world.tenant, key="welcome", language="pt_BR", draft=draft, actor=owner)
    assert kept.id is not None
    submit_template(tenant=world.tenant, version=kept.id, actor=owner)
    (channel,) = channels(tenant=world.tenant)
    sync_templates(tenant=world.tenant, channel=channel.id)
    message = welcome(world, enrol(world.tenant))
    send_due(tenant=world.tenant)
    assert get_message(tenant=world.tenant, message=message.id).status == "accepted"
    (seen,) = world.seen_by(PHONE)
    assert seen["header"]["type"] == "image"
    assert seen["text"].startswith("Oi, Ana, aqui é da Café Aurora!")
    kinds = [button["kind"] for button in seen["buttons"]]
    assert kinds == ["copy_code", "url", "url", "phone", *["quick_reply"] * 6]
    assert seen["buttons"][0]["code"] == "AURORA10"
    shown = requests.get(f"{world.url}/phone/5511987654821/media/{seen['header']['id']}", timeout=5)
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")


@pytest.mark.parametrize(
    ("kind", "content", "shown"),
    [
        ("document", b"%PDF-1.7\n%%EOF\n", {"type": "document", "filename": "cardapio.pdf"}),
        ("video", b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 40, {"type": "video"}),
    ],
    ids=["document", "video"],
)
def test_a_file_on_top_reaches_the_phone(world: World, kind: Any, content: bytes, shown: dict[str, str]) -> None:
    owner = Actor(kind="staff", role="owner", label="Owner")
    media = keep_header_file(tenant=world.tenant, file=prepared(kind, content, "cardapio"), actor=owner)
    words = "Oi, {first_name}, aqui é da {brand}! O seu cadastro já está ativo neste telefone."
    draft = TemplateDraft(Category.UTILITY, words, media=media)
    kept = save_template_draft(tenant=world.tenant, key="welcome", language="pt_BR", draft=draft, actor=owner)
    assert kept.id is not None
    submit_template(tenant=world.tenant, version=kept.id, actor=owner)
    (channel,) = channels(tenant=world.tenant)
    sync_templates(tenant=world.tenant, channel=channel.id)
    welcome(world, enrol(world.tenant))
    send_due(tenant=world.tenant)
    (seen,) = world.seen_by(PHONE)
    assert {name: seen["header"][name] for name in shown} == shown
