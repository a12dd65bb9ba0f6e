"""A house that stands, with its two brands, and the ways in."""

import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from playwright.sync_api import Page


@dataclass
class House:
    """The demo's addresses and the sign-ins of one brand."""

    base: str
    sandbox: str
    tenant: dict[str, Any]

    @property
    def phone(self) -> str:
        """A phone of the demo that has a story to show, as the demo file names it."""
        return str(self.tenant["customers"][0]["phone"])

    def user(self, role: str) -> dict[str, str]:
        """The sign-in of a role."""
        return next(user for user in self.tenant["users"] if user["role"] == role)

    def portal(self, path: str = "") -> str:
        """An address of the brand's portal."""
        return f"{self.base}/p/{self.tenant['slug']}/{path}"

    def dashboard(self, path: str = "") -> str:
        """An address of the brand's dashboard."""
        return f"{self.base}/dashboard/{path}"

    def call(self, path: str, body: Any = None) -> Any:
        """An answer of the REST API; with a `body` it is a POST."""
        headers = {"Authorization": f"Bearer {self.tenant['api_key']}", "Content-Type": "application/json"}
        if body is not None:
            headers["Idempotency-Key"] = str(uuid4())
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.base}/api/v1/{path}", data=content, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{path} answered {error.code}: {error.read().decode()[:1000]}") from error

    def play(self, path: str, body: Any = None) -> Any:
        """An answer of the sandbox's control addresses; with a `body` it is a POST."""
        content = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.sandbox}/_sandbox/{path}", data=content, headers=headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def first(self, path: str) -> Any:
        """The first of a list of the REST API."""
        return self.call(path)["results"][0]

    def last_code(self, phone: str) -> str:
        """The newest sign-in code on a phone of the sandbox."""
        query = urllib.parse.urlencode({"to": phone, "channel": self.tenant["whatsapp"]["phone_number_id"]})
        for _ in range(100):
            with urllib.request.urlopen(f"{self.sandbox}/_sandbox/messages?{query}", timeout=10) as answer:
                messages = json.load(answer)
            found = messages["results"]
            codes = [match[1] for each in found if (match := re.search(r"\b(\d{6})\b", each.get("text") or ""))]
            if codes:
                return codes[-1]
            time.sleep(0.2)
        raise SystemExit(f"no code came to {phone}")


def houses(credentials: dict[str, Any]) -> dict[str, House]:
    """The house as each of its brands has it, by slug."""
    return {
        each["slug"]: House(credentials["base_url"], credentials["sandbox_url"], each)
        for each in credentials["tenants"]
    }


def sign_in_staff(page: Page, house: House, role: str) -> None:
    """Sign a person of the team in."""
    user = house.user(role)
    page.goto(f"{house.base}/sign-in/")
    page.locator("input[type=email], input[name=username]").first.fill(user["email"])
    page.locator("input[type=password]").first.fill(user["password"])
    page.locator("main button[type=submit]").first.click()
    page.wait_for_load_state()


def sign_in_customer(page: Page, house: House, phone: str) -> None:
    """Sign a customer in by the code on the sandbox phone."""
    page.goto(house.portal("sign-in/"))
    page.locator("input[type=tel]").first.fill(phone)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_selector("input[autocomplete=one-time-code]")
    code = house.last_code(phone)
    page.locator("input[autocomplete=one-time-code]").fill(code)
    if page.locator("input[autocomplete=one-time-code]").count():
        page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/p/{house.tenant['slug']}/(?!sign-in|code)"))
