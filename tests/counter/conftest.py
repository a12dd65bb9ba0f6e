"""A till of Café Aurora with a rule of 20 % cashback, and what its forms need."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from smartbis.tenancy.selectors import StaffInfo, TenantInfo
from tests.factories import make_member, store_of
from tests.programs.conftest import make_cashback

SignIn = Callable[..., Client]


def sign_in(brand: TenantInfo, member: StaffInfo, store: str | None = "centro") -> Client:
    """A client in which the person is signed in, at a store."""
    from django.contrib.auth import get_user_model

    client = Client(headers={"accept-language": "pt-br"})
    client.force_login(get_user_model().objects.get(pk=member.user_id))
    if store:
        client.post("/counter/store/", {"store": str(store_of(brand, store).id)})
    return client


@pytest.fixture
def operator(aurora: TenantInfo) -> StaffInfo:
    return make_member(aurora, "operator")


@pytest.fixture
def till(aurora: TenantInfo, operator: StaffInfo) -> Client:
    """An operator's browser at the store `centro`; sales earn 20 % cashback."""
    make_cashback(aurora)
    return sign_in(aurora, operator)


def text_of(response: Any) -> str:
    """What a page says, without markup and with plain blanks."""
    body = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", body.replace("\xa0", " ").replace("&nbsp;", " "))


def fields_of(response: Any, action: str) -> dict[str, Any]:
    """The values of the form that posts to `action`, as a browser would send them unchanged."""
    body = response.content.decode()
    forms = re.findall(r"<form.*?</form>", body, re.S)
    fitting = [form for form in forms if f'action="{action}"' in form and 'method="post"' in form]
    assert fitting, f"no form for {action}"
    values = {}
    for tag in re.findall(r"<input[^>]*>", fitting[0]):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attributes.get("type") != "checkbox" and attributes.get("name") != "csrfmiddlewaretoken":
            values[attributes["name"]] = attributes.get("value", "")
    return values
