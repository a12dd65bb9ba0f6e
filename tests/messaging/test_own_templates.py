"""One's own wordings: written, submitted, approved, sent by name, chosen, and stood in for."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from messaging.errors import TemplateInvalid, TemplateNotFound
from messaging.infos import WordingInfo
from messaging.library import Category
from messaging.models import Template, TemplateVersion
from messaging.own_templates import ButtonKind, TemplateButton, TemplateDraft
from messaging.selectors import get_message, get_trigger, get_wording, messages_page, triggers
from messaging.sending import send_due
from messaging.sending_rules import Rules
from messaging.services import (
    choose_template,
    discard_template_draft,
    queue_message,
    save_template_draft,
    set_sending_rules,
    submit_template,
    sync_templates,
    tap_link,
)
from smartbis.kernel.errors import PermissionMissing
from smartbis.kernel.people import Actor
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.services import change_brand
from tests.messaging.conftest import Line, enrol
from tests.messaging.graph import FakeGraph, refusal
from tests.messaging.hooks import WELCOME, body_of, deliver

OWNER = Actor(kind="staff", role="owner", label="Owner")
OURS = TemplateDraft(
    Category.UTILITY,
    "Oi, {first_name}, aqui é da {brand}! O seu cadastro já está ativo, é só dizer o telefone no caixa.",
    header="Bem-vinda, {first_name}",
    footer="Responda SAIR para parar.",
    buttons=(TemplateButton(ButtonKind.REPLY, "Falar com a loja"), TemplateButton(ButtonKind.PAGE, "Ver minha conta")),
)


def save(tenant: UUID, draft: TemplateDraft = OURS, key: str = "welcome") -> WordingInfo:
    return save_template_draft(tenant=tenant, key=key, language="pt_BR", draft=draft, actor=OWNER)


def submit(line: Line, draft: TemplateDraft = OURS, status: str = "APPROVED", key: str = "welcome") -> WordingInfo:
    """A version that Meta has looked at."""
    info = save(line.tenant, draft, key)
    assert info.id is not None
    submit_template(tenant=line.tenant, version=info.id, actor=OWNER)
    sync_templates(tenant=line.tenant, channel=line.channel.id)
    set_status(line, info.number, status, key)
    return info


def set_status(line: Line, version: int, status: str, key: str = "welcome", language: str = "pt_BR") -> None:
    with tenant_scope(line.tenant):
        Template.objects.filter(key=key, language=language, version=version).update(status=status)


def greet(line: Line, cause: str = "customer.enrolled:1", phone: str = "11987654821", **who: Any) -> UUID:
    customer = enrol(line.tenant, phone, **who)
    message = queue_message(
        tenant=line.tenant, customer=customer.id, template="welcome", parameters=WELCOME, cause=cause
    )
    send_due(tenant=line.tenant)
    return message.id


def sent_name(graph: FakeGraph) -> str:
    return str(graph.sent[-1]["template"]["name"])


def used(tenant: UUID, key: str = "welcome") -> int | None:
    found = get_trigger(tenant=tenant, key=key).wordings["pt_BR"]
    return next((each.number for each in found if each.is_used), None)


def test_an_approved_version_is_sent_with_its_data_by_name(line: Line, graph: FakeGraph) -> None:
    submit(line)
    message = greet(line)
    payload = graph.sent[-1]["template"]
    assert (payload["name"], payload["language"]) == ("welcome_v1", {"code": "pt_BR"})
    header, body, button = payload["components"]
    assert header["parameters"] == [{"type": "text", "text": "Ana", "parameter_name": "first_name"}]
    assert body["parameters"] == [
        {"type": "text", "text": "Ana", "parameter_name": "first_name"},
        {"type": "text", "text": "Café Aurora", "parameter_name": "brand"},
    ]
    assert (button["sub_type"], button["index"]) == ("url", "0"), "answers come after the page's button"
    tap = tap_link(tenant=line.tenant, token=button["parameters"][0]["text"].rstrip("/"))
    assert (tap.page, tap.outcome) == ("", "opened")
    info = get_message(tenant=line.tenant, message=message)
    assert (info.version, info.text) == (1, OURS.body.format(first_name="Ana", brand="Café Aurora"))


def test_meta_is_submitted_a_named_definition_once(line: Line, graph: FakeGraph) -> None:
    submit(line)
    sync_templates(tenant=line.tenant, channel=line.channel.id)
    [made] = [each for each in graph.templates if each["name"] == "welcome_v1"]
    assert (made["language"], made["parameter_format"], made["category"]) == ("pt_BR", "NAMED", "UTILITY")
    assert [part["type"] for part in made["components"]] == ["HEADER", "BODY", "FOOTER", "BUTTONS"]


@pytest.mark.parametrize("status", ["PENDING", "REJECTED", "PAUSED", "DISABLED"])
def test_until_a_version_is_approved_the_one_before_is_sent(line: Line, graph: FakeGraph, status: str) -> None:
    submit(line, status=status)
    greet(line)
    assert (sent_name(graph), used(line.tenant)) == ("welcome", 0)
    set_status(line, 1, "APPROVED")
    greet(line, "customer.enrolled:2", "11987654822")
    assert (sent_name(graph), used(line.tenant)) == ("welcome_v1", 1)


def test_a_newer_version_waits_beside_the_approved_one(line: Line, graph: FakeGraph) -> None:
    submit(line)
    submit(line, replace(OURS, header=""), status="PENDING")
    greet(line)
    assert sent_name(graph) == "welcome_v1"
    approval = {
        "event": "APPROVED",
        "message_template_id": 1,
        "message_template_name": "welcome_v2",
        "message_template_language": "pt_BR",
        "reason": "NONE",
    }
    deliver(line, body_of(line, {"field": "message_template_status_update", "value": approval}))
    greet(line, "customer.enrolled:2", "11987654822")
    assert (sent_name(graph), used(line.tenant)) == ("welcome_v2", 2)


def test_a_pause_that_a_refusal_tells_lets_the_one_before_stand_in(line: Line, graph: FakeGraph) -> None:
    submit(line)
    graph.script.append(refusal(132015))
    message = greet(line)
    assert get_message(tenant=line.tenant, message=message).reason == "template_not_approved"
    with tenant_scope(line.tenant):
        assert dict(Template.objects.filter(key="welcome", language="pt_BR").values_list("version", "status")) == {
            0: "APPROVED",
            1: "PAUSED",
        }
    greet(line, "customer.enrolled:2", "11987654822")
    assert sent_name(graph) == "welcome"


def test_a_message_that_waited_goes_in_the_wording_of_now(line: Line, graph: FakeGraph) -> None:
    customer = enrol(line.tenant)
    message = queue_message(tenant=line.tenant, customer=customer.id, template="welcome", parameters=WELCOME, cause="1")
    assert message.version == 0
    submit(line)
    send_due(tenant=line.tenant)
    assert sent_name(graph) == "welcome_v1"
    assert get_message(tenant=line.tenant, message=message.id).version == 1


def test_choosing_an_older_one_retires_the_newer_and_it_can_be_chosen_again(line: Line, graph: FakeGraph) -> None:
    submit(line)
    submit(line, replace(OURS, header=""))
    for number, name in ((1, "welcome_v1"), (0, "welcome"), (2, "welcome_v2")):
        choose_template(tenant=line.tenant, key="welcome", language="pt_BR", number=number, actor=OWNER)
        greet(line, f"customer.enrolled:{number}", f"1198765480{number}")
        assert (sent_name(graph), used(line.tenant)) == (name, number)


def test_what_is_no_version_cannot_be_chosen(line: Line) -> None:
    save(line.tenant)
    for number in (1, 7):
        with pytest.raises(TemplateNotFound):
            choose_template(tenant=line.tenant, key="welcome", language="pt_BR", number=number, actor=OWNER)
    with pytest.raises(TemplateNotFound):
        choose_template(tenant=line.tenant, key="sign_in_code", language="pt_BR", number=0, actor=OWNER)


def test_an_offer_needs_consent_to_offers(line: Line, graph: FakeGraph) -> None:
    at_any_hour = Rules(quiet_from=None, quiet_until=None, rests_on_holidays=False)
    set_sending_rules(tenant=line.tenant, rules=at_any_hour, actor=OWNER)
    submit(line, replace(OURS, category=Category.MARKETING))
    message = greet(line)
    assert get_message(tenant=line.tenant, message=message).reason == "no_consent"
    assert graph.sent == []
    greet(line, "customer.enrolled:2", "11987654822", marketing=True)
    assert sent_name(graph) == "welcome_v1"


def test_a_shop_button_leads_to_the_shop(line: Line, graph: FakeGraph) -> None:
    change_brand(tenant=line.tenant, actor=OWNER, shop_url="https://loja.aurora.example")
    buttons = (TemplateButton(ButtonKind.SHOP, "Ver a loja"), TemplateButton(ButtonKind.PAGE, "Ver minha conta"))
    submit(line, replace(OURS, buttons=buttons))
    greet(line)
    pages = [
        tap_link(tenant=line.tenant, token=each["parameters"][0]["text"].rstrip("/")).page
        for each in graph.sent[-1]["template"]["components"]
        if each["type"] == "button"
    ]
    assert pages == ["shop/", ""]


def test_there_is_one_draft_and_it_is_not_submitted(line: Line, graph: FakeGraph) -> None:
    first = save(line.tenant)
    again = save(line.tenant, replace(OURS, body="Oi, {first_name}, ainda escrevendo isto aqui."))
    assert (first.id, first.number) == (again.id, again.number)
    assert (again.status, again.draft.body) == ("DRAFT", "Oi, {first_name}, ainda escrevendo isto aqui.")
    sync_templates(tenant=line.tenant, channel=line.channel.id)
    assert "welcome_v1" not in {each["name"] for each in graph.templates}
    assert used(line.tenant) == 0


def test_a_draft_that_meta_would_refuse_is_kept_and_not_submitted(line: Line) -> None:
    info = save(line.tenant, replace(OURS, body="{first_name}, oi."))
    assert info.id is not None
    with pytest.raises(TemplateInvalid) as refused:
        submit_template(tenant=line.tenant, version=info.id, actor=OWNER)
    assert "body" in refused.value.errors
    assert get_wording(tenant=line.tenant, version=info.id).status == "DRAFT"


def test_a_submitted_version_never_changes(line: Line) -> None:
    info = submit(line)
    assert info.id is not None
    for refused in (submit_template, discard_template_draft):
        with pytest.raises(TemplateNotFound):
            refused(tenant=line.tenant, version=info.id, actor=OWNER)
    assert save(line.tenant, replace(OURS, header="")).number == 2
    assert get_wording(tenant=line.tenant, version=info.id).draft == OURS


def test_a_draft_is_thrown_away(line: Line) -> None:
    info = save(line.tenant)
    assert info.id is not None
    discard_template_draft(tenant=line.tenant, version=info.id, actor=OWNER)
    with tenant_scope(line.tenant):
        assert not TemplateVersion.objects.exists()


def test_another_brands_wordings_are_not_there(line: Line, boreal: TenantInfo) -> None:
    info = submit(line)
    assert info.id is not None
    for call in (submit_template, discard_template_draft):
        with pytest.raises(TemplateNotFound):
            call(tenant=boreal.id, version=info.id, actor=OWNER)
    with pytest.raises(TemplateNotFound):
        get_wording(tenant=boreal.id, version=info.id)
    with pytest.raises(TemplateNotFound):
        choose_template(tenant=boreal.id, key="welcome", language="pt_BR", number=1, actor=OWNER)
    theirs = get_trigger(tenant=boreal.id, key="welcome").wordings["pt_BR"]
    assert [(each.number, each.status, each.is_used) for each in theirs] == [(0, "WAITING", False)]


@pytest.mark.parametrize("role", ["attendant", "analyst", "operator"])
def test_who_may_not_change_messages_words_nothing(aurora: TenantInfo, role: str) -> None:
    person = Actor(kind="staff", role=role, label=role)
    with pytest.raises(PermissionMissing):
        save_template_draft(tenant=aurora.id, key="welcome", language="pt_BR", draft=OURS, actor=person)
    with pytest.raises(PermissionMissing):
        choose_template(tenant=aurora.id, key="welcome", language="pt_BR", number=0, actor=person)


def test_meta_words_sign_in_codes_itself(aurora: TenantInfo) -> None:
    for key, language in (("sign_in_code", "pt_BR"), ("welcome", "fr"), ("nothing", "en")):
        with pytest.raises(TemplateNotFound):
            save_template_draft(tenant=aurora.id, key=key, language=language, draft=OURS, actor=OWNER)


def test_pages_of_messages_read_own_wordings_in_one_query(
    line: Line, graph: FakeGraph, django_assert_num_queries
) -> None:
    submit(line)
    greet(line)
    with tenant_scope(line.tenant, read_only=True):
        messages_page(tenant=line.tenant)
        with django_assert_num_queries(2):
            [_] = messages_page(tenant=line.tenant).items
    greet(line, "customer.enrolled:2", "11987654822")
    with tenant_scope(line.tenant, read_only=True), django_assert_num_queries(2):
        assert len(messages_page(tenant=line.tenant).items) == 2


def test_every_template_of_the_product_is_on_the_board(line: Line) -> None:
    board = {each.key: each for each in triggers(tenant=line.tenant)}
    assert all(set(each.wordings) == {"pt_BR", "en"} for each in board.values())
    assert [key for key, each in board.items() if not each.is_writable] == ["sign_in_code"]
    assert {each.is_used for info in board.values() for found in info.wordings.values() for each in found} == {True}
