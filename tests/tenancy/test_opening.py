"""Opening a brand: its first owner is invited, and nobody else gets in."""

import re
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from smartbis.outbox.brand_form import OpenBrandForm
from smartbis.tenancy.models import User
from smartbis.tenancy.selectors import TenantInfo, find_tenant_by_slug, get_tenant, tenants_of_user

OWNER, PASSWORD = "ana@padaria.example", "escolhida-e-longa"
FORM = {
    "slug": "padaria",
    "name": "Padaria do Porto",
    "currency": "BRL",
    "timezone": "America/Sao_Paulo",
    "locale": "pt-br",
    "owner": OWNER,
}


def test_the_invited_owner_joins_the_new_brand_and_no_other(
    aurora: TenantInfo, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("open_brand", "padaria", "Padaria do Porto", owner=OWNER)
    code = re.search(r"code (\S+)", capsys.readouterr().out)
    assert code
    answer = client.post("/invitation/", {"email": OWNER, "code": code[1], "password": PASSWORD})
    assert answer.status_code == 302
    padaria = find_tenant_by_slug("padaria")
    assert padaria
    assert padaria != aurora.id
    assert tenants_of_user(User.objects.get(email=OWNER).id) == [padaria]
    page = client.get("/dashboard/")
    assert "Padaria do Porto" in page.content.decode()
    assert aurora.name not in page.content.decode()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("aurora", "Another"), "already in use"),
        (("Not A Slug", "Another"), "slug"),
        (("padaria", ""), "name"),
        (("padaria", "Padaria", "--currency", "reais"), "currency"),
        (("padaria", "Padaria", "--timezone", "Mars/Olympus"), "timezone"),
        (("padaria", "Padaria", "--locale", "tlh"), "locale"),
    ],
)
def test_what_cannot_be_opened_is_told_and_leaves_nothing(
    aurora: TenantInfo, arguments: tuple[str, ...], told: str
) -> None:
    with pytest.raises(CommandError, match=told):
        call_command("open_brand", *arguments, "--owner", OWNER)
    assert find_tenant_by_slug("padaria") is None
    assert get_tenant(tenant=aurora.id).name == aurora.name
    assert not User.objects.filter(email=OWNER).exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"slug": "aurora"}, "slug"),
        ({"slug": "Ã"}, "slug"),
        ({"currency": "R$"}, "currency"),
        ({"owner": "ana"}, "owner"),
    ],
)
def test_the_platforms_form_refuses_what_cannot_be_a_brand(
    aurora: TenantInfo, boreal: TenantInfo, change: dict[str, Any], field: str
) -> None:
    assert OpenBrandForm(FORM).is_valid()
    form = OpenBrandForm(FORM | change)
    assert not form.is_valid()
    assert set(form.errors) == {field}


def test_whether_a_brand_may_be_is_found_without_reading_other_brands(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert OpenBrandForm(FORM).is_valid()
    assert not [query for query in asked if "tenancy_tenant" in query["sql"]]
