"""The screens of templates: what goes out when, the editor with its phone, sending to Meta, choosing."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from messaging.models import TemplateSync, TemplateVersion
from messaging.selectors import get_trigger
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.services import change_brand
from tests.dashboard.desk import OWNER, sign_in
from tests.messaging.test_header_files import PDF, picture

WRITTEN: dict[str, Any] = {
    "template": "welcome",
    "language": "pt_BR",
    "category": "utility",
    "header": "Bem-vinda, {first_name}",
    "body": "Oi, {first_name}, aqui é da {brand}!\r\n\r\nO seu cadastro já está ativo neste telefone.",
    "footer": "Responda SAIR para parar.",
    "b0_kind": "page",
    "b0_text": "Ver minha conta",
    "b2_kind": "phone",
    "b2_text": "Ligar",
    "b2_value": "+551133334444",
}


def editor(**asked: str) -> str:
    told = "&".join(f"{name}={value}" for name, value in ({"template": "welcome", "language": "pt_BR"} | asked).items())
    return f"{reverse('dashboard:template_write')}?{told}"


def drafts(brand: TenantInfo) -> list[tuple[str, str, int, bool]]:
    with tenant_scope(brand.id):
        rows = TemplateVersion.objects.order_by("key", "language", "number")
        return [(row.key, row.language, row.number, row.submitted_at is not None) for row in rows]


def test_every_template_is_shown_with_what_sends_it(aurora: TenantInfo) -> None:
    page = sign_in(aurora).client.get(reverse("dashboard:templates")).content.decode()
    for words in ("Boas-vindas", "quando alguém se cadastra", "Regras novas", "Código de acesso", "Inglês"):
        assert words in page
    assert "Olá, Ana! Seu cadastro em Cartão Aurora" in page


def test_one_template_shows_its_wordings_and_what_may_be_done(aurora: TenantInfo) -> None:
    owner = sign_in(aurora).client
    page = owner.get(reverse("dashboard:template"), {"template": "voucher_issued"}).content.decode()
    assert "Da biblioteca" in page
    assert "Escrever o seu" in page
    read = sign_in(aurora, "analyst").client.get(reverse("dashboard:template"), {"template": "voucher_issued"})
    assert "Escrever o seu" not in read.content.decode()
    code = sign_in(aurora, "manager").client.get(reverse("dashboard:template"), {"template": "sign_in_code"})
    assert "A Meta mesma escreve" in code.content.decode()
    assert "Escrever o seu" not in code.content.decode()
    assert owner.get(reverse("dashboard:template"), {"template": "nothing"}).status_code == 404


def test_the_editor_begins_with_the_librarys_words_and_the_data_of_the_trigger(aurora: TenantInfo) -> None:
    page = sign_in(aurora).client.get(editor(template="purchase_credited")).content.decode()
    for words in ("Registramos a sua compra", 'data-insert="{earned}"', "O que ganhou", "R$ 18,50", "Ver extrato"):
        assert words in page
    assert "A Meta recusaria" not in page


def test_the_phone_follows_what_is_typed_and_says_what_is_wrong(aurora: TenantInfo) -> None:
    client, address = sign_in(aurora).client, reverse("dashboard:template_preview")
    seen = client.post(address, WRITTEN).content.decode()
    assert "Oi, Ana, aqui é da Cartão Aurora!" in seen
    assert "Bem-vinda, Ana" in seen
    assert "<html" not in seen
    assert "Nada que a Meta recuse" in seen
    wrong = client.post(address, WRITTEN | {"body": "{first_name}, só hoje 20% de desconto para você"})
    assert wrong.status_code == 200
    for words in ("A Meta recusaria", "não pode começar", "“só hoje”", "apressa a pessoa", "fala de desconto"):
        assert words in wrong.content.decode()
    offer = client.post(address, WRITTEN | {"body": "Só hoje 20% de desconto para você", "category": "marketing"})
    assert "Parece oferta" not in offer.content.decode()
    assert drafts(aurora) == []


def test_what_is_typed_cannot_break_out_of_the_phone(aurora: TenantInfo) -> None:
    seen = sign_in(aurora).client.post(
        reverse("dashboard:template_preview"), WRITTEN | {"body": "<script>alert(1)</script>"}
    )
    assert "<script>" not in seen.content.decode()


def test_a_draft_is_kept_and_gone_on_with(aurora: TenantInfo, boreal: TenantInfo) -> None:
    client = sign_in(aurora).client
    kept = client.post(editor(), WRITTEN | {"do": "save", "body": "{first_name}, ainda não está pronto"})
    assert kept.status_code == 302
    assert drafts(aurora) == [("welcome", "pt_BR", 1, False)]
    assert drafts(boreal) == []
    again = client.get(editor()).content.decode()
    assert "ainda não está pronto" in again
    assert "Jogar fora" in again
    assert "há rascunho" in client.get(reverse("dashboard:templates")).content.decode()
    client.post(editor(), WRITTEN | {"do": "discard"})
    assert drafts(aurora) == []


def test_what_meta_would_refuse_is_said_beside_its_field_and_not_sent(aurora: TenantInfo) -> None:
    wrong = WRITTEN | {"do": "submit", "body": "{first_name}, oi", "b0_kind": "shop", "b2_value": "3333"}
    answer = sign_in(aurora).client.post(editor(), wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in ("não pode começar nem terminar", "Antes diga o endereço da loja", "com código do país"):
        assert words in page
    assert "Ana, oi" in page  # the phone goes on showing what was written
    assert drafts(aurora) == []


def test_a_good_one_goes_to_meta_and_is_chosen_back(aurora: TenantInfo, boreal: TenantInfo) -> None:
    change_brand(tenant=aurora.id, actor=OWNER, shop_url="https://loja.aurora.example")
    client = sign_in(aurora).client
    answer = client.post(editor(), WRITTEN | {"do": "submit", "b1_kind": "shop", "b1_text": "Ver a loja"})
    assert answer.headers["Location"] == f"{reverse('dashboard:template')}?template=welcome"
    assert drafts(aurora) == [("welcome", "pt_BR", 1, True)]
    [wording, library] = get_trigger(tenant=aurora.id, key="welcome").wordings["pt_BR"]
    assert (wording.draft.body.count("\n"), "\r" in wording.draft.body) == (2, False)
    assert [button.kind.value for button in wording.draft.buttons] == ["page", "shop", "phone"]
    assert "a caminho da Meta" in client.get(answer.headers["Location"]).content.decode()
    chosen = {"template": "welcome", "language": "pt_BR", "number": str(library.number)}
    page = client.get(reverse("dashboard:template"), {"template": "welcome"}).content.decode()
    offered = re.findall(r'Usar esta<span class="visually-hidden">: ([^<]+)', page)
    assert offered == ["Da biblioteca, Português"]  # what is on its way needs no choosing
    client.post(reverse("dashboard:template_use"), chosen)
    with tenant_scope(aurora.id):
        assert TemplateVersion.objects.get().retired_at is not None
        assert not TemplateSync.objects.exists(), "nothing to ask Meta without a number"


@pytest.mark.parametrize("role", ["attendant", "analyst"])
def test_who_only_reads_writes_nothing(aurora: TenantInfo, role: str) -> None:
    client = sign_in(aurora, role).client
    assert client.get(editor()).status_code == 403
    for name in ("template_write", "template_preview", "template_use"):
        assert client.post(reverse(f"dashboard:{name}"), WRITTEN).status_code == 403
    assert drafts(aurora) == []


def test_what_is_no_template_or_language_is_not_found(aurora: TenantInfo) -> None:
    client = sign_in(aurora).client
    for asked in ({"template": "sign_in_code"}, {"template": "nothing"}, {"language": "fr"}):
        assert client.get(editor(**asked)).status_code == 404


def test_a_picture_is_kept_with_the_draft_and_shown_on_the_phone(aurora: TenantInfo, boreal: TenantInfo) -> None:
    client = sign_in(aurora).client
    written = WRITTEN | {"header_kind": "image", "do": "save", "file": SimpleUploadedFile("praia.png", picture("PNG"))}
    assert client.post(editor(), written).status_code == 302
    [draft, _] = get_trigger(tenant=aurora.id, key="welcome").wordings["pt_BR"]
    assert draft.draft.media is not None
    assert (draft.draft.media.kind, draft.draft.media.filename) == ("image", "praia.jpg")
    page = client.get(editor()).content.decode()
    assert 'src="data:image/jpeg;base64,' in page
    assert "Guardado: praia.jpg" in page
    again = {"header_kind": "image", "file_id": str(draft.draft.media.id), "file_kind": "image", "do": "submit"}
    assert client.post(editor(), WRITTEN | again).status_code == 302
    [sent, _] = get_trigger(tenant=aurora.id, key="welcome").wordings["pt_BR"]
    assert (sent.status, sent.draft.media) == ("WAITING", draft.draft.media)
    theirs = sign_in(boreal).client.post(editor(), WRITTEN | again)
    assert theirs.status_code == 422
    assert "Este arquivo não está mais guardado." in theirs.content.decode()
    assert drafts(boreal) == []


def test_a_file_that_is_none_is_said_beside_its_field(aurora: TenantInfo) -> None:
    client = sign_in(aurora).client
    for kind, words in (
        ("image", "Envie uma imagem PNG, JPEG ou WebP."),
        ("video", "Envie um vídeo MP4."),
        ("document", "Envie um documento PDF."),
    ):
        wrong = WRITTEN | {"header_kind": kind, "do": "save", "file": SimpleUploadedFile("x.png", b"<html>")}
        answer = client.post(editor(), wrong)
        assert (answer.status_code, words in answer.content.decode()) == (422, True)
    none = client.post(editor(), WRITTEN | {"header_kind": "image", "file_name": "ainda no navegador", "do": "submit"})
    assert none.status_code == 422
    assert "Escolha o arquivo que vai no alto" in none.content.decode()
    assert drafts(aurora) == []


def test_a_file_that_came_with_a_fault_need_not_be_chosen_again(aurora: TenantInfo) -> None:
    wrong = WRITTEN | {"header_kind": "document", "do": "submit", "body": "{first_name}, oi"}
    answer = sign_in(aurora).client.post(editor(), wrong | {"file": SimpleUploadedFile("menu.pdf", PDF)})
    assert answer.status_code == 422
    assert "Guardado: menu.pdf" in answer.content.decode()


def test_the_phone_names_a_file_that_is_still_with_the_browser(aurora: TenantInfo) -> None:
    client, address = sign_in(aurora).client, reverse("dashboard:template_preview")
    chosen = WRITTEN | {"header_kind": "document", "file_name": "menu.pdf"}
    seen = client.post(address, chosen).content.decode()
    assert 'data-phone-file="document"' in seen
    assert "menu.pdf" in seen
    assert "Bem-vinda" not in seen
    assert "Nada que a Meta recuse" in seen
    assert "Escolha o arquivo" in client.post(address, chosen | {"file_name": ""}).content.decode()


def test_ten_buttons_show_as_whatsapp_shows_them(aurora: TenantInfo) -> None:
    client, address = sign_in(aurora).client, reverse("dashboard:template_preview")
    rows = {
        f"b{row}_{part}": f"{value}{row}" if part == "text" else value
        for row in range(10)
        for part, value in (("kind", "reply"), ("text", "Resposta "))
    }
    copied = rows | {"b4_kind": "copy", "b4_text": "", "b4_value": "AURORA10"}
    plain = {key: value for key, value in WRITTEN.items() if not key.startswith("b") or key == "body"}
    seen = client.post(address, plain | copied).content.decode()
    assert "Nada que a Meta recuse" in seen
    order = [seen.index(words) for words in ("Copiar código", "Resposta 0", "Ver todas as opções", "Resposta 1")]
    assert order == sorted(order)
    assert (
        "Dois botões dizem o mesmo" in client.post(address, plain | copied | {"b9_text": "Resposta 0"}).content.decode()
    )
    no_code = client.post(address, plain | copied | {"b4_value": ""}).content.decode()
    assert "Escreva o código" in no_code
    assert "Escreva o que o botão diz" not in no_code


def test_a_brand_keeps_so_many_files_and_is_told(aurora: TenantInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("messaging.services.header_files.MOST_FILES", 0)
    written = WRITTEN | {"header_kind": "document", "do": "save", "file": SimpleUploadedFile("menu.pdf", PDF)}
    answer = sign_in(aurora).client.post(editor(), written)
    assert (answer.status_code, "Há arquivos demais" in answer.content.decode()) == (422, True)
    assert drafts(aurora) == []
