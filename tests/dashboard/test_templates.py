"""The screens of templates: what goes out when, the editor with its phone, sending to Meta, choosing."""

from typing import Any

import pytest
from django.urls import reverse

from messaging.models import TemplateSync, TemplateVersion
from messaging.selectors import get_trigger
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.services import change_brand
from tests.dashboard.desk import OWNER, sign_in

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
