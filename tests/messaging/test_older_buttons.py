"""A brand that was connected when buttons led to pages: what Meta approved goes on until people have it renewed."""

from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.urls import reverse

from messaging.library import LIBRARY, Category, definition, fingerprint, template_spec
from messaging.models import Link, Template, TemplateSync, TemplateVersion
from messaging.older_buttons import paged_components
from messaging.selectors import count_older_wordings, get_message, get_trigger
from messaging.sending import send_due
from messaging.services import queue_message, renew_older_templates, sync_templates
from smartbis.kernel.errors import PermissionMissing
from smartbis.kernel.people import Actor
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.dashboard.desk import sign_in
from tests.messaging.conftest import Line, enrol, open_line
from tests.messaging.graph import FakeGraph
from tests.messaging.hooks import WELCOME, body_of, deliver
from tests.messaging.test_own_templates import OWNER, sent_name, used

ISSUED = {
    "first_name": "Ana",
    "voucher": "Café",
    "code": "8F3K-2QZP-7XMA",
    "until": "até 31/12/2026",
    "voucher_path": "0190f5d2/",
}
WORDED = [spec for spec in LIBRARY.values() if spec.category is Category.UTILITY]


@pytest.fixture
def before(line: Line, graph: FakeGraph) -> Line:
    """Aurora as she was connected then: rows and remote templates of the time, which nobody asked about since."""
    address = f"{settings.BASE_URL}/p/aurora/"
    for each in graph.templates:
        if each["category"] != "AUTHENTICATION":
            each["components"] = paged_components(template_spec(each["name"]), each["language"], address)
    with tenant_scope(line.tenant):
        for row in Template.objects.exclude(category="authentication"):
            print_ = fingerprint(paged_components(template_spec(row.key), row.language, address))
            row.form, row.submitted_fingerprint = "", print_
            row.save()
    return line


def write(
    line: Line, template: str, parameters: dict[str, str], cause: str = "c:1", phone: str = "11987654821"
) -> UUID:
    customer = enrol(line.tenant, phone)
    message = queue_message(
        tenant=line.tenant, customer=customer.id, template=template, parameters=parameters, cause=cause
    )
    send_due(tenant=line.tenant)
    return message.id


def buttons_of(graph: FakeGraph) -> list[dict[str, Any]]:
    return [part for part in graph.sent[-1]["template"]["components"] if part["type"] == "button"]


@pytest.mark.parametrize("asked", [False, True])
def test_what_was_approved_then_is_sent_as_it_was(before: Line, graph: FakeGraph, asked: bool) -> None:
    if asked:
        sync_templates(tenant=before.tenant, channel=before.channel.id)
    message = write(before, "welcome", WELCOME)
    assert get_message(tenant=before.tenant, message=message).status == "accepted"
    assert buttons_of(graph) == [], "its page is everybody's"
    write(before, "voucher_issued", ISSUED, "c:2", "11987654822")
    [button] = buttons_of(graph)
    assert (button["index"], button["parameters"]) == ("0", [{"type": "text", "text": "0190f5d2/"}])
    with tenant_scope(before.tenant):
        assert not Link.objects.exists()


def test_asking_meta_changes_nothing_of_what_can_be_sent(before: Line, graph: FakeGraph) -> None:
    sync_templates(tenant=before.tenant, channel=before.channel.id)
    with tenant_scope(before.tenant):
        found = set(Template.objects.filter(key="welcome").values_list("form", "status"))
        assert found == {("pages", "APPROVED")}
    assert not [path for method, path, _ in graph.calls if method == "POST" and path.count("/") == 2], (
        "nothing is edited"
    )
    assert count_older_wordings(tenant=before.tenant) == 2 * len(WORDED)


def test_one_action_has_the_new_version_approved_beside_the_old_one(before: Line, graph: FakeGraph) -> None:
    assert renew_older_templates(tenant=before.tenant, actor=OWNER) == 2 * len(WORDED)
    assert renew_older_templates(tenant=before.tenant, actor=OWNER) == 0, "it is under way"
    assert count_older_wordings(tenant=before.tenant) == 0
    write(before, "welcome", WELCOME)
    assert sent_name(graph) == "welcome"
    sync_templates(tenant=before.tenant, channel=before.channel.id)
    write(before, "welcome", WELCOME, "c:2", "11987654822")
    assert (sent_name(graph), used(before.tenant)) == ("welcome_v1", 1)
    [button] = buttons_of(graph)
    assert button["parameters"][0]["text"].endswith("/")
    [made] = [each for each in graph.templates if (each["name"], each["language"]) == ("welcome_v1", "pt_BR")]
    spec = template_spec("welcome")
    today = definition(spec, "pt_BR", f"{settings.BASE_URL}/p/aurora/")["components"]
    assert made["components"][-1] == today[-1]


def test_a_renewal_that_meta_rejects_leaves_the_old_one(before: Line, graph: FakeGraph) -> None:
    renew_older_templates(tenant=before.tenant, actor=OWNER)
    sync_templates(tenant=before.tenant, channel=before.channel.id)
    rejection = {
        "event": "REJECTED",
        "message_template_id": 1,
        "message_template_name": "welcome_v1",
        "message_template_language": "pt_BR",
        "reason": "INVALID_FORMAT",
    }
    deliver(before, body_of(before, {"field": "message_template_status_update", "value": rejection}))
    write(before, "welcome", WELCOME)
    assert (sent_name(graph), buttons_of(graph)) == ("welcome", [])


def test_words_that_nobody_knows_any_more_are_held_and_asked_for_anew(before: Line, graph: FakeGraph) -> None:
    for each in graph.templates:
        if each["name"] == "welcome":
            each["components"][0] = {**each["components"][0], "text": "Oi {{1}}, aqui é a {{2}} de outro tempo."}
    with tenant_scope(before.tenant):
        Template.objects.filter(key="welcome").update(submitted_fingerprint="f" * 64)
    message = write(before, "welcome", WELCOME)
    info = get_message(tenant=before.tenant, message=message)
    assert (info.status, info.reason, graph.sent) == ("held", "template_not_approved", [])
    sync_templates(tenant=before.tenant, channel=before.channel.id)
    with tenant_scope(before.tenant):
        assert set(Template.objects.filter(key="welcome").values_list("form", "status")) == {("links", "PENDING")}
        Template.objects.filter(key="welcome").update(status="APPROVED")
    write(before, "welcome", WELCOME, "c:2", "11987654822")
    assert len(buttons_of(graph)) == 1


def test_a_brand_of_today_has_nothing_to_renew(line: Line, graph: FakeGraph) -> None:
    assert count_older_wordings(tenant=line.tenant) == 0
    assert renew_older_templates(tenant=line.tenant, actor=OWNER) == 0
    with tenant_scope(line.tenant):
        assert set(Template.objects.values_list("form", flat=True)) == {"links"}
        assert not TemplateVersion.objects.exists()


def test_renewing_is_the_brands_own(before: Line, boreal: TenantInfo) -> None:
    other = open_line(boreal, number="700")
    assert renew_older_templates(tenant=other.tenant, actor=OWNER) == 0
    assert count_older_wordings(tenant=before.tenant) == 2 * len(WORDED)
    with pytest.raises(PermissionMissing):
        renew_older_templates(tenant=before.tenant, actor=Actor(kind="staff", role="analyst", label="analyst"))


def test_the_page_says_so_and_offers_the_one_action(before: Line, aurora: TenantInfo, graph: FakeGraph) -> None:
    client, here = sign_in(aurora).client, reverse("dashboard:templates")
    page = client.get(here).content.decode()
    assert "Modelos aprovados com botões antigos" in page
    assert "aprovado com botões antigos" in page
    assert "Enviar a versão nova para aprovação" in page
    read = sign_in(aurora, "analyst").client.get(here).content.decode()
    assert "Modelos aprovados com botões antigos" in read
    assert "Enviar a versão nova para aprovação" not in read
    assert client.post(reverse("dashboard:templates_renew")).headers["Location"] == here
    with tenant_scope(aurora.id):
        assert TemplateSync.objects.filter(status="queued").exists()
    after = client.get(here).content.decode()
    assert "a caminho da Meta" in after
    assert "Enviar a versão nova para aprovação" not in after
    [wording, _] = get_trigger(tenant=aurora.id, key="welcome").wordings["pt_BR"]
    assert (wording.number, wording.status) == (1, "WAITING")


def test_a_rejected_older_one_is_edited(before: Line, graph: FakeGraph) -> None:
    for each in graph.templates:
        if each["name"] == "welcome":
            each["status"] = "REJECTED"
    sync_templates(tenant=before.tenant, channel=before.channel.id)
    with tenant_scope(before.tenant):
        assert set(Template.objects.filter(key="welcome").values_list("form", "status")) == {("links", "PENDING")}
