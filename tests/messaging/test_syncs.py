"""Meta is asked about templates by a worker: when somebody wants it, and once a night."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from messaging.library import LIBRARY
from messaging.models import Template, TemplateSync
from messaging.selectors import last_template_sync
from messaging.services import request_template_sync, sync_templates
from messaging.services.syncs import sync_due_templates
from messaging.whatsapp.gateway import WhatsAppGateway
from smartbis.kernel.clock import frozen, now
from smartbis.kernel.people import Actor
from smartbis.outbox.models import WakeUp
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.dashboard.desk import sign_in
from tests.messaging.conftest import Line, open_line
from tests.messaging.graph import FakeGraph

OWNER = Actor(kind="staff", role="owner")
EVENING = datetime(2027, 3, 1, 23, tzinfo=UTC)  # 20:00 in São Paulo


def rounds(line: Line) -> list[tuple[str, str]]:
    with tenant_scope(line.tenant):
        rows = TemplateSync.objects.order_by("asked_at", "id")
        return [(row.period if row.period[0] == "2" else "asked", row.status) for row in rows]


@pytest.fixture
def quiet(line: Line) -> Iterator[Line]:
    """It is evening, and the channel's first round is over, and that day's."""
    with frozen(EVENING):
        for _ in range(3):
            sync_due_templates(tenant=line.tenant)
        yield line


def test_connecting_a_number_submits_its_templates(line: Line, graph: FakeGraph) -> None:
    graph.templates.clear()
    with tenant_scope(line.tenant):
        Template.objects.all().delete()
    assert rounds(line) == [("asked", "queued")]
    sync_due_templates(tenant=line.tenant)
    assert rounds(line)[0] == ("asked", "done")
    assert len(graph.templates) == sum(len(spec.wordings) for spec in LIBRARY.values())


def test_what_another_round_has_just_created_is_taken_as_it_is(
    line: Line, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both found nothing at Meta, and both submit: the slower one is refused all of it."""
    listed = WhatsAppGateway.templates
    answers: Iterator[list[Any]] = iter([[]])
    monkeypatch.setattr(WhatsAppGateway, "templates", lambda gateway: next(answers, None) or listed(gateway))
    with tenant_scope(line.tenant):
        Template.objects.all().delete()
    found = sync_templates(tenant=line.tenant, channel=line.channel.id)
    assert {each.status for each in found} == {"APPROVED"}
    assert len(found) == len(graph.templates)


def test_what_meta_does_not_take_is_said_so(line: Line, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WhatsAppGateway, "templates", lambda gateway: [])
    found = sync_templates(tenant=line.tenant, channel=line.channel.id)
    assert {(each.status, each.reason) for each in found} == {
        ("REFUSED", "There is already content in this language for this template.")
    }


def test_asking_twice_is_one_round(quiet: Line, graph: FakeGraph) -> None:
    before, calls = rounds(quiet), len(graph.calls)
    for _ in range(2):
        request_template_sync(tenant=quiet.tenant, actor=OWNER)
    assert rounds(quiet) == [*before, ("asked", "queued")]
    assert len(graph.calls) == calls, "nobody waits for Meta in a request"
    sync_due_templates(tenant=quiet.tenant)
    assert {status for _, status in rounds(quiet)} == {"done"}
    assert len(graph.calls) > calls


def test_a_night_is_one_round_however_many_turns_there_are(quiet: Line, boreal: TenantInfo) -> None:
    other = open_line(boreal, number="700")
    before, others = rounds(quiet), rounds(other)
    with frozen(EVENING + timedelta(hours=6, minutes=30)):  # half past two there
        sync_due_templates(tenant=quiet.tenant)
    assert rounds(quiet) == before
    for hours in (7, 8, 20):
        with frozen(EVENING + timedelta(hours=hours)):
            sync_due_templates(tenant=quiet.tenant)
    assert rounds(quiet) == [*before, ("2027-03-02", "done")]
    assert rounds(other) == others


def test_a_silent_meta_is_asked_again_and_then_no_more(quiet: Line, settings) -> None:
    settings.WHATSAPP_GRAPH_URL = "http://127.0.0.1:9"
    request_template_sync(tenant=quiet.tenant, actor=OWNER)
    seen, at = [], now()
    for minutes in (0, 0.5, 1, 6, 20):
        with frozen(at + timedelta(minutes=minutes)):
            sync_due_templates(tenant=quiet.tenant)
        info = last_template_sync(tenant=quiet.tenant)
        assert info is not None
        seen.append((info.status, info.attempts))
    assert seen == [("queued", 1), ("queued", 1), ("queued", 2), ("failed", 3), ("failed", 3)]


def test_a_round_whose_worker_died_is_taken_up_again(quiet: Line) -> None:
    request_template_sync(tenant=quiet.tenant, actor=OWNER)
    with tenant_scope(quiet.tenant):
        TemplateSync.objects.filter(status="queued").update(
            status="running", attempts=1, due_at=now() + timedelta(minutes=10)
        )
    sync_due_templates(tenant=quiet.tenant)
    assert rounds(quiet)[-1] == ("asked", "running")
    with frozen(now() + timedelta(minutes=11)):
        sync_due_templates(tenant=quiet.tenant)
    assert rounds(quiet)[-1] == ("asked", "done")


def test_the_page_says_that_meta_is_being_asked(quiet: Line, aurora: TenantInfo, graph: FakeGraph) -> None:
    client, here = sign_in(aurora).client, reverse("dashboard:templates")
    assert "Conferidos todas as noites." in client.get(here).content.decode()
    WakeUp.objects.all().delete()
    assert client.post(reverse("dashboard:templates_sync")).headers["Location"] == here
    assert WakeUp.objects.filter(queue="bulk", owner=aurora.id).exists()
    page = client.get(here).content.decode()
    assert "Perguntando à Meta…" in page
    assert 'hx-trigger="every 2s"' in page
    assert reverse("dashboard:templates_sync") not in page
    sync_due_templates(tenant=aurora.id)
    fragment = client.get(here, headers={"HX-Request": "true", "HX-Target": "templates"}).content.decode()
    assert "every 2s" not in fragment
    assert "<html" not in fragment
