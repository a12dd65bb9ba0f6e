"""Pictures, videos and documents on top of messages: kept, shown to Meta's review, uploaded in time, and sent by id."""

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from PIL import Image

from messaging.errors import TemplateInvalid
from messaging.header_files import FileRefused, PreparedFile, prepared
from messaging.models import HeaderFile, HeaderUpload, Template
from messaging.own_templates import ButtonKind, HeaderMedia, TemplateButton, TemplateDraft
from messaging.selectors import get_message, get_wording, thumbnails
from messaging.sending import send_due
from messaging.services import (
    choose_template,
    discard_template_draft,
    keep_header_file,
    submit_template,
    sync_templates,
)
from messaging.services.syncs import sync_due_templates
from smartbis.kernel.clock import frozen, now
from smartbis.kernel.errors import PermissionMissing
from smartbis.kernel.people import Actor
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.messaging.conftest import Line
from tests.messaging.graph import FakeGraph, refusal
from tests.messaging.test_own_templates import OURS, OWNER, greet, save, sent_name, set_status, used

PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n%%EOF\n"
VIDEO = b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 40


def picture(form: str = "JPEG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **saving: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "#c62828").save(out, form, **saving)
    return out.getvalue()


def kept(tenant: UUID, file: PreparedFile | None = None) -> HeaderMedia:
    return keep_header_file(tenant=tenant, file=file or prepared("image", picture(), "foto.jpg"), actor=OWNER)


def with_file(media: HeaderMedia | None, **more: Any) -> TemplateDraft:
    return replace(OURS, header="", media=media, **more)


def submitted(line: Line, draft: TemplateDraft) -> None:
    info = save(line.tenant, draft)
    assert info.id is not None
    submit_template(tenant=line.tenant, version=info.id, actor=OWNER)
    sync_templates(tenant=line.tenant, channel=line.channel.id)


def header_of(graph: FakeGraph) -> dict[str, Any] | None:
    parts = [part for part in graph.sent[-1]["template"].get("components", []) if part["type"] == "header"]
    return parts[0]["parameters"][0] if parts else None


def test_pictures_are_written_anew_without_what_cameras_note() -> None:
    noted = Image.Exif()
    noted[0x010E] = "secret place"
    made = prepared("image", picture(exif=noted.tobytes(), size=(4000, 2000)), "C:\\fotos\\praia.jpeg")
    assert (made.mime_type, made.filename) == ("image/jpeg", "praia.jpg")
    assert b"secret place" not in made.content
    with Image.open(io.BytesIO(made.content)) as shown, Image.open(io.BytesIO(made.thumbnail or b"")) as small:
        assert (shown.size, small.size, small.format) == ((1600, 800), (480, 240), "JPEG")


def test_a_clear_picture_stays_clear_and_webp_is_taken() -> None:
    clear = prepared("image", picture("PNG", mode="RGBA"), "logo.png")
    assert (clear.mime_type, clear.thumbnail is not None) == ("image/png", True)
    assert prepared("image", picture("WEBP"), "foto.webp").mime_type == "image/jpeg"


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("image", b"", "not_image"),
        ("image", PDF, "not_image"),
        ("image", picture("GIF", mode="P"), "not_image"),
        ("image", b"x" * (5 * 1024 * 1024 + 1), "too_large"),
        ("video", picture(), "not_video"),
        ("video", b"", "not_video"),
        ("document", b"<html>", "not_document"),
        ("document", b"%PDF-" + b"x" * (16 * 1024 * 1024), "too_large"),
    ],
    ids=["empty", "papers", "gif", "large", "picture", "no-video", "page", "large-papers"],
)
def test_what_is_no_such_file_is_refused(kind: Any, content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        prepared(kind, content, "x")
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("Cardápio de verão.PDF", "Cardápio de verão.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("", "arquivo.pdf"),
        ("a" * 200 + ".pdf", "a" * 96 + ".pdf"),
        ("x\r\nSet-Cookie.pdf", "xSet-Cookie.pdf"),
    ],
)
def test_a_documents_name_is_plain(given: str, name: str) -> None:
    assert prepared("document", PDF, given).filename == name


def test_a_picture_goes_to_the_review_and_with_every_message(line: Line, graph: FakeGraph) -> None:
    media = kept(line.tenant)
    submitted(line, with_file(media))
    [made] = [each for each in graph.templates if each["name"] == "welcome_v1"]
    assert made["components"][0] == {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::2"]}}
    assert [name for name, _ in graph.files] == ["media", "upload:77"]
    [session] = [path for method, path, _ in graph.calls if "/app/uploads" in path]
    assert "file_type=image%2Fjpeg" in session
    greet(line)
    assert sent_name(graph) == "welcome_v1"
    assert header_of(graph) == {"type": "image", "image": {"id": "900001"}}


@pytest.mark.parametrize(
    ("kind", "content", "extra"), [("video", VIDEO, {}), ("document", PDF, {"filename": "menu.pdf"})]
)
def test_videos_and_documents_too(line: Line, graph: FakeGraph, kind: Any, content: bytes, extra: Any) -> None:
    submitted(line, with_file(kept(line.tenant, prepared(kind, content, "menu.bin"))))
    greet(line)
    assert header_of(graph) == {"type": kind, kind: {"id": "900001"} | extra}
    assert graph.files[1] == ("upload:77", content)


def test_another_round_uploads_nothing_again_until_meta_is_about_to_forget(line: Line, graph: FakeGraph) -> None:
    submitted(line, with_file(kept(line.tenant)))
    sync_templates(tenant=line.tenant, channel=line.channel.id)
    assert len(graph.files) == 2
    with frozen(now() + timedelta(days=21)):
        sync_templates(tenant=line.tenant, channel=line.channel.id)
        greet(line)
    assert [name for name, _ in graph.files] == ["media", "upload:77", "media"]
    assert header_of(graph) == {"type": "image", "image": {"id": "900003"}}


def test_while_meta_does_not_have_the_file_the_wording_before_goes_out(line: Line, graph: FakeGraph) -> None:
    graph.pages["/media"] = refusal(131053, details="Media upload error")
    submitted(line, with_file(kept(line.tenant)))
    greet(line)
    assert (sent_name(graph), used(line.tenant)) == ("welcome", 0)
    del graph.pages["/media"]
    sync_templates(tenant=line.tenant, channel=line.channel.id)
    greet(line, "customer.enrolled:2", "11987654822")
    assert (sent_name(graph), used(line.tenant)) == ("welcome_v1", 1)


def test_a_file_that_meta_forgot_is_not_sent(line: Line, graph: FakeGraph) -> None:
    submitted(line, with_file(kept(line.tenant)))
    with tenant_scope(line.tenant):
        HeaderUpload.objects.update(uploaded_at=now() - timedelta(days=29, hours=1))
    greet(line)
    assert sent_name(graph) == "welcome"


def test_a_sample_that_meta_refuses_is_said(line: Line, graph: FakeGraph) -> None:
    graph.pages["/uploads"] = refusal(100, details="file_type is not taken")
    submitted(line, with_file(kept(line.tenant)))
    with tenant_scope(line.tenant):
        row = Template.objects.get(key="welcome", language="pt_BR", version=1)
    assert (row.status, row.reason) == ("REFUSED", "file_type is not taken")


def test_a_draft_without_its_file_is_kept_and_not_sent(line: Line) -> None:
    info = save(line.tenant, with_file(HeaderMedia("image")))
    assert info.id is not None
    assert get_wording(tenant=line.tenant, version=info.id).draft.media == HeaderMedia("image")
    with pytest.raises(TemplateInvalid) as refused:
        submit_template(tenant=line.tenant, version=info.id, actor=OWNER)
    assert refused.value.errors == {"header": ["no_file"]}


def test_another_brands_file_is_not_there(line: Line, boreal: TenantInfo) -> None:
    theirs = kept(boreal.id)
    for media in (theirs, replace(kept(line.tenant), kind="video")):
        with pytest.raises(TemplateInvalid):
            save(line.tenant, with_file(media))
    assert theirs.id is not None
    assert thumbnails(tenant=line.tenant, files=[theirs.id]) == {}
    assert set(thumbnails(tenant=boreal.id, files=[theirs.id])) == {theirs.id}


def test_files_that_no_version_has_are_forgotten(line: Line, graph: FakeGraph) -> None:
    first, second = kept(line.tenant), kept(line.tenant)
    submitted(line, with_file(first))
    draft = save(line.tenant, with_file(second))
    with frozen(now() + timedelta(hours=2)):
        assert draft.id is not None
        discard_template_draft(tenant=line.tenant, version=draft.id, actor=OWNER)
    with tenant_scope(line.tenant):
        assert list(HeaderFile.objects.values_list("id", flat=True)) == [first.id]


def test_who_may_not_change_messages_keeps_no_file(aurora: TenantInfo) -> None:
    with pytest.raises(PermissionMissing):
        keep_header_file(
            tenant=aurora.id,
            file=prepared("document", PDF, "a"),
            actor=Actor(kind="staff", role="analyst", label="analyst"),
        )


def test_a_code_is_copied_from_the_messages_own_data(line: Line, graph: FakeGraph) -> None:
    buttons = (
        TemplateButton(ButtonKind.REPLY, "Falar com a loja"),
        TemplateButton(ButtonKind.COPY, "", "{first_name}10"),
        TemplateButton(ButtonKind.PAGE, "Ver minha conta"),
    )
    submitted(line, replace(OURS, buttons=buttons))
    [made] = [each for each in graph.templates if each["name"] == "welcome_v1"]
    sent = made["components"][-1]["buttons"]
    assert [each["type"] for each in sent] == ["COPY_CODE", "URL", "QUICK_REPLY"]
    assert sent[0] == {"type": "COPY_CODE", "example": "Ana10"}
    message = greet(line)
    assert get_message(tenant=line.tenant, message=message).status == "accepted"
    copied = next(part for part in graph.sent[-1]["template"]["components"] if part.get("sub_type") == "copy_code")
    assert (copied["index"], copied["parameters"]) == ("0", [{"type": "coupon_code", "coupon_code": "Ana10"}])


def test_a_retired_version_is_not_uploaded(line: Line, graph: FakeGraph) -> None:
    submitted(line, with_file(kept(line.tenant)))
    with tenant_scope(line.tenant):
        HeaderUpload.objects.all().delete()
    choose_template(tenant=line.tenant, key="welcome", language="pt_BR", number=0, actor=OWNER)
    sync_templates(tenant=line.tenant, channel=line.channel.id)
    assert len(graph.files) == 2
    set_status(line, 1, "APPROVED")
    greet(line)
    assert sent_name(graph) == "welcome"


def test_a_file_that_meta_lost_is_uploaded_anew_and_the_message_goes_as_before(line: Line, graph: FakeGraph) -> None:
    submitted(line, with_file(kept(line.tenant)))
    graph.script.append(refusal(100, details="Param image['id'] is not a valid business account media attachment ID"))
    message = greet(line)
    while send_due(tenant=line.tenant):
        pass
    assert get_message(tenant=line.tenant, message=message).status == "accepted"
    assert sent_name(graph) == "welcome"
    sync_due_templates(tenant=line.tenant)
    greet(line, "customer.enrolled:2", "11987654822")
    assert (sent_name(graph), header_of(graph)) == ("welcome_v1", {"type": "image", "image": {"id": "900003"}})
