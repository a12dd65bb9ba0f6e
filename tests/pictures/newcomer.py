"""A brand that was opened a minute ago: by the platform's staff in their admin, joined by its owner with the code."""

import re
from typing import Any

from playwright.sync_api import Browser, Page

from tests.pictures.house import House

SLUG, NAME = "recem-chegada", "Recém-chegada"
OWNER = {"role": "owner", "email": "dona@recem.example", "password": "uma-frase-bem-longa"}


def opened(browser: Browser, credentials: dict[str, Any]) -> House:
    """The new brand, with the sign-in of its owner."""
    with browser.new_context(locale="pt-BR") as context:
        code = _opened_in_admin(context.new_page(), credentials)
    with browser.new_context(locale="pt-BR") as context:
        _joined(context.new_page(), credentials["base_url"], code)
    tenant = {"slug": SLUG, "name": NAME, "users": [OWNER]}
    return House(credentials["base_url"], credentials["sandbox_url"], tenant)


def _opened_in_admin(page: Page, credentials: dict[str, Any]) -> str:
    """The code of the owner's invitation."""
    page.goto(credentials["admin_url"])
    page.locator("[name=username]").fill(credentials["staff"]["email"])
    page.locator("[name=password]").fill(credentials["staff"]["password"])
    page.locator("[type=submit]").click()
    page.goto(f"{credentials['admin_url'].rstrip('/')}/tenancy/tenant/add/")
    page.locator("[name=slug]").fill(SLUG)
    page.locator("[name=name]").fill(NAME)
    page.locator("[name=owner]").fill(OWNER["email"])
    page.locator("[name=_save]").click()
    told = page.locator(".messagelist").inner_text()
    found = re.search(r"\b\w{4}-\w{4}-\w{4}\b", told)
    if not found:
        raise SystemExit(f"the brand was not opened: {told}")
    return found[0]


def _joined(page: Page, base: str, code: str) -> None:
    page.goto(f"{base}/invitation/")
    page.locator("[name=email]").fill(OWNER["email"])
    page.locator("[name=code]").fill(code)
    for field in page.locator("[type=password]").all():
        field.fill(OWNER["password"])
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile("/dashboard/"))
