"""What the product builds is taken by the stand-in, which is stricter than Meta's description."""

from typing import Any

import pytest

from messaging.whatsapp.errors import NotReached, PayloadInvalid, Refused
from messaging.whatsapp.gateway import Credentials
from messaging.whatsapp.media import MAX_BYTES, MediaGateway, MediaRefused
from messaging.whatsapp.payloads import Media, Recipient, media_message
from tests.messaging.payload_cases import within_window
from tests.sandbox.process import Number

ANA = "5511988887777"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
MEDIA = ("image", "audio", "video", "document", "sticker", "reply buttons under an image")


@pytest.fixture
def gateway(aurora: Number, settings: Any) -> MediaGateway:
    settings.WHATSAPP_GRAPH_URL = aurora.sandbox.url
    return MediaGateway(Credentials(aurora.id, aurora.waba_id, aurora.token))


def test_every_kind_within_the_window_is_taken(aurora: Number, gateway: MediaGateway) -> None:
    written = aurora.writes(ANA)
    for name, payload in within_window(Recipient(phone=f"+{ANA}")).items():
        if name in MEDIA:
            continue  # their ids are invented; see below
        if "context" in payload:
            payload["context"]["message_id"] = written["id"]
        if "reaction" in payload:
            payload["reaction"]["message_id"] = written["id"]
        assert gateway.send(payload).message_id, name


def test_a_file_is_uploaded_sent_by_id_and_read_back(aurora: Number, gateway: MediaGateway) -> None:
    aurora.writes(ANA)
    media_id = gateway.upload(PNG, "image/png", "premio.png")
    message = media_message(Recipient(phone=f"+{ANA}"), Media("image", media_id, caption="Olhe"), tracker="id")
    assert gateway.send(message).message_id
    found = gateway.download(media_id)
    assert (found.kind, found.mime_type, found.content) == ("image", "image/png", PNG)
    gateway.delete_media(media_id)
    with pytest.raises(Refused):
        gateway.download(media_id)


def test_a_file_that_meta_refuses_is_not_uploaded(gateway: MediaGateway) -> None:
    for content, mime_type in ((PNG, "application/x-msdownload"), (b"", "image/png"), (b"0" * 5_300_000, "image/png")):
        with pytest.raises(PayloadInvalid):
            gateway.upload(content, mime_type, "x")


def test_the_token_goes_to_metas_hosts_only(gateway: MediaGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that names another address, or a media id that is a path, is refused before anything is asked."""
    asked: list[str] = []
    described = {"mime_type": "image/png"}

    def graph(method: str, path: str, **_: Any) -> dict[str, str]:
        return {**described, "url": asked[-1]}

    monkeypatch.setattr(gateway, "_graph", graph)
    for url in (
        "https://evil.example/x",
        "http://lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com.evil.example/x",
        "https://user@lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com:8443/x",
        "file:///etc/passwd",
        "",
    ):
        asked.append(url)
        with pytest.raises(MediaRefused):
            gateway.download("123")
    with pytest.raises(MediaRefused):
        gateway.download("123/../me")


def test_reading_stops_at_the_size_of_its_kind(gateway: MediaGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    media_id = gateway.upload(PNG, "image/png", "premio.png")
    monkeypatch.setitem(MAX_BYTES, "image", 20)
    with pytest.raises(MediaRefused):
        gateway.download(media_id)


def test_a_closed_port_was_never_reached(gateway: MediaGateway, settings: Any) -> None:
    settings.WHATSAPP_GRAPH_URL = "http://127.0.0.1:9"
    with pytest.raises(NotReached):
        MediaGateway(Credentials("1", "2", "t")).upload(PNG, "image/png", "x.png")
