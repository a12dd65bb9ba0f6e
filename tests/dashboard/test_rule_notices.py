"""Telling members of new rules from the simple form: offered with its text, which follows what is typed."""

import html
from typing import Any

from django.urls import reverse

from programs.selectors import get_program
from programs.selectors.notices import notices_for
from smartbis.tenancy.selectors import TenantInfo
from tests.dashboard.desk import sign_in, with_program
from tests.factories import make_customer

TYPED = {"percent": "10", "base": "paid", "based_on": "1"}


def shown(client: Any, program: Any, **more: str) -> str:
    """What the simple form's page gets while somebody types."""
    asked = TYPED | {"program_kind": "cashback", "program": str(program)} | more
    return html.unescape(client.get(reverse("dashboard:program_preview"), asked).content.decode())


def test_the_simple_form_offers_to_tell_members_and_tells_them(aurora: TenantInfo, boreal: TenantInfo) -> None:
    program, client = with_program(aurora), sign_in(aurora).client
    member, elsewhere = make_customer(aurora), make_customer(boreal)
    url = reverse("dashboard:program_change", args=[program])
    page = client.get(url).content.decode()
    assert 'name="notice-tells"' in page
    assert "checked" in page.partition('name="notice-tells"')[2].partition(">")[0]
    assert client.post(url, TYPED | {"notice-tells": "on", "notice-days": "7"}).status_code == 302
    (notice,) = notices_for(tenant=aurora.id, customer=member.id)
    assert notice.text == "10% de cashback em cada compra."
    assert notices_for(tenant=boreal.id, customer=elsewhere.id) == []


def test_who_unticks_it_tells_nobody_and_a_fault_in_it_publishes_nothing(aurora: TenantInfo) -> None:
    program, client = with_program(aurora), sign_in(aurora).client
    url = reverse("dashboard:program_change", args=[program])
    assert client.post(url, TYPED | {"notice-tells": "on", "notice-days": "900"}).status_code == 422
    assert get_program(tenant=aurora.id, program=program).latest == 1
    assert client.post(url, TYPED).status_code == 302
    assert notices_for(tenant=aurora.id, customer=make_customer(aurora).id) == []


def test_the_text_follows_the_rule_until_somebody_writes_their_own(aurora: TenantInfo, boreal: TenantInfo) -> None:
    program, theirs, client = with_program(aurora), with_program(boreal), sign_in(aurora).client
    text = "10% de cashback em cada compra."
    assert shown(client, program).count(text) == 3  # the sentence, the text, and what was offered
    again = shown(client, program, **{"percent": "12", "notice-text": text, "notice-offered": text})
    assert again.count("12% de cashback em cada compra.") == 3
    own = shown(client, program, **{"notice-text": "Agora melhor!", "notice-offered": text})
    assert (own.count(text), "notice-text" in own) == (1, False)
    asked = TYPED | {"program_kind": "cashback", "program": str(theirs)}
    assert client.get(reverse("dashboard:program_preview"), asked).status_code == 404


def test_a_published_notice_is_corrected_from_the_programmes_page(aurora: TenantInfo, boreal: TenantInfo) -> None:
    program, client, member = with_program(aurora), sign_in(aurora).client, make_customer(aurora)
    client.post(reverse("dashboard:program_change", args=[program]), TYPED | {"notice-tells": "on"})
    (notice,) = notices_for(tenant=aurora.id, customer=member.id)
    page, url = (reverse(f"dashboard:{name}", args=args) for name, args in _addresses(program, notice.id))
    assert url in client.get(page).content.decode()
    empty = client.post(url, {f"n-{notice.id}-text": " "})
    assert empty.status_code == 422
    assert client.post(url, {f"n-{notice.id}-text": "Agora são 12%."}).status_code == 302
    assert "antes dizia: “10% de cashback em cada compra.”" in html.unescape(client.get(page).content.decode())
    assert sign_in(boreal).client.post(url, {f"n-{notice.id}-text": "Nada."}).status_code == 404
    analyst = sign_in(aurora, "analyst").client
    assert url not in analyst.get(page).content.decode()
    assert [each.text for each in notices_for(tenant=aurora.id, customer=member.id)] == ["Agora são 12%."]


def _addresses(program: Any, notice: Any) -> tuple[tuple[str, list[Any]], ...]:
    return ("program", [program]), ("notice_correct", [program, notice])
