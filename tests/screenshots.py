"""Every named screen of the demo, as a person sees it: `make screenshots` writes them into `screenshots/`.

Runs beside a house that stands (`CREDENTIALS` names its sign-ins). Phone and desktop, light and dark, three brand
colours; the counter ignores the brand's colour and is taken once. Screens are named `<door>-<screen>`.
"""

import json
import os
import re
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.chromium import launch_options

TARGET = Path("screenshots")
SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 800}}
SCHEMES = ("light", "dark")
COLOURS = {"orange": "#f97316", "yellow": "#fde047", "navy": "#1e3a8a"}

DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"

Show = Callable[[Page, "House"], None]


@dataclass
class House:
    """The demo's addresses and sign-ins."""

    base: str
    sandbox: str
    tenant: dict[str, Any]

    def user(self, role: str) -> dict[str, str]:
        """The sign-in of a role."""
        return next(user for user in self.tenant["users"] if user["role"] == role)

    def portal(self, path: str = "") -> str:
        """An address of the brand's portal."""
        return f"{self.base}/p/{self.tenant['slug']}/{path}"

    def call(self, path: str) -> Any:
        """An answer of the REST API."""
        request = urllib.request.Request(
            f"{self.base}/api/v1/{path}", headers={"Authorization": f"Bearer {self.tenant['api_key']}"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

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


PORTAL = {
    "home": "",
    "offers": "offers/",
    "vouchers": "vouchers/",
    "statement": "statement/",
    "events": "events/",
    "refer": "refer/",
    "challenges": "challenges/",
    "membership": "membership/",
    "account": "account/",
    "how-it-works": "how-it-works/",
}
DASHBOARD = {
    "overview": "",
    "customers": "customers/",
    "segments": "segments/",
    "segment-form": "segments/new/?preset=gone",
    "sales": "sales/",
    "programs": "programs/",
    "plans": "plans/",
    "plan-form": "plans/new/",
    "plan-members": "plans/members/",
    "tiers": "tiers/",
    "tiers-form": "tiers/change/",
    "program-new": "programs/new/",
    "program-rules": "programs/new/rules/?preset=shop",
    "coupons": "coupons/",
    "coupon-form": "coupons/new/",
    "events": "events/",
    "event-form": "events/new/",
    "referrals": "referrals/",
    "challenges": "challenges/",
    "challenge-form": "challenges/new/",
    "messages": "messages/",
    "report": "reports/",
    "imports": "imports/",
    "stores": "stores/",
    "team": "team/",
    "keys": "keys/",
    "settings": "settings/",
    "templates": "messages/templates/",
    "channel": "messages/channel/",
    "ledger": "ledger/",
    "ledger-closes": "ledger/closes/",
    "ledger-liability": "ledger/liability/",
    "adjustments": "adjustments/",
    "adjustment-limits": "adjustments/limits/",
    "audit": "audit/",
}


@contextmanager
def window(browser: Browser, state: Any = None, scheme: str = "light") -> Iterator[Page]:
    """A page in a window of its own, in one scheme, signed in as `state` says."""
    context = browser.new_context(
        device_scale_factor=1,
        locale="pt-BR",
        storage_state=state,
        reduced_motion="reduce",
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    try:
        yield context.new_page()
    finally:
        context.close()


def take(page: Page, address: str, name: str, mark: str) -> None:
    """Pictures of one address in every size; an answer that is no success ends the run."""
    response = page.goto(address)
    if response is None or response.status >= 400:
        raise SystemExit(f"{address} answered {response.status if response else 'nothing'}")
    page.wait_for_load_state("networkidle")
    photograph(page, name, mark)


def photograph(page: Page, name: str, mark: str) -> None:
    """Pictures of what is open now: the sheets tell sizes apart, so that nothing is loaded again."""
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        page.evaluate(DRAWN)
        page.screenshot(path=str(TARGET / f"{name}-{size}-{mark}.png"))


def signed_in(browser: Browser, enter: Callable[[Page], None]) -> Any:
    """The cookies of somebody who has signed in."""
    with window(browser) as page:
        enter(page)
        return page.context.storage_state()


def paint(browser: Browser, house: House, owner: Any, colour: str) -> None:
    """Give the brand another colour, through its own settings page."""
    with window(browser, owner) as page:
        page.goto(f"{house.base}/dashboard/settings/")
        page.locator("[name=brand_colour]").first.fill(colour)
        page.locator("main form").filter(has=page.locator("[name=brand_colour]")).locator("[type=submit]").first.click()
        page.wait_for_load_state()


def shoot(browser: Browser, house: House, phone: str) -> int:
    """All pictures; returns how many."""
    owner = signed_in(browser, lambda page: sign_in_staff(page, house, "owner"))
    operator = signed_in(browser, lambda page: sign_in_staff(page, house, "operator"))
    customer = signed_in(browser, lambda page: sign_in_customer(page, house, phone))
    before = house.tenant.get("colour", "#0f766e")
    for colour, value in COLOURS.items():
        paint(browser, house, owner, value)
        for scheme in SCHEMES:
            shoot_brand(browser, house, owner, customer, scheme, colour)
    paint(browser, house, owner, before)
    for scheme in SCHEMES:
        with window(browser, operator, scheme) as page:
            shoot_counter(page, house, phone, scheme)
        with window(browser, scheme=scheme) as page:
            take(page, f"{house.base}/", "public-home", scheme)
            take(page, f"{house.base}/sign-in/", "public-sign-in", scheme)
            take(page, f"{house.base}/invitation/", "public-invitation", scheme)
            channel, number = house.tenant["whatsapp"]["phone_number_id"], urllib.parse.quote(phone.lstrip("+"))
            take(page, f"{house.sandbox}/phone/{number}?channel={channel}", "sandbox-phone", scheme)
    return len(list(TARGET.glob("*.png")))


def shoot_brand(browser: Browser, house: House, owner: Any, customer: Any, scheme: str, colour: str) -> None:
    """Portal and dashboard in the colour that the brand has now."""
    mark = f"{scheme}-{colour}"
    with window(browser, customer, scheme) as page:
        for name, path in PORTAL.items():
            take(page, house.portal(path), f"portal-{name}", mark)
    with window(browser, scheme=scheme) as page:
        take(page, house.portal("join/?store=centro"), "portal-join", mark)
        take(page, house.portal("sign-in/"), "portal-sign-in", mark)
    with window(browser, owner, scheme) as page:
        for name, path in DASHBOARD.items():
            take(page, f"{house.base}/dashboard/{path}", f"dashboard-{name}", mark)


def shoot_counter(page: Page, house: House, phone: str, scheme: str) -> None:
    """The till before and after a customer is looked up, and before a new one is enrolled."""
    page.goto(f"{house.base}/counter/")
    if "store" in page.url:
        page.get_by_role("button", name=re.compile("Centro|Sede")).first.click()
    take(page, f"{house.base}/counter/", "counter-idle", scheme)
    for name, number, shown in (("found", phone, ".till__who"), ("new", "+5511900000000", "[name=name]")):
        page.goto(f"{house.base}/counter/")
        page.locator("#till-query").fill(number)
        page.keyboard.press("Enter")
        page.locator(shown).first.wait_for()
        photograph(page, f"counter-{name}", scheme)


def richest_phone(house: House) -> str:
    """A phone of the demo that has a story to show, as the demo file names it."""
    return str(house.tenant["customers"][0]["phone"])


def main() -> None:
    credentials = json.loads(Path(os.environ["CREDENTIALS"]).read_text())
    tenant = next(each for each in credentials["tenants"] if each["slug"] == (sys.argv[1:] or ["bom-vizinho"])[0])
    house = House(credentials["base_url"], credentials["sandbox_url"], tenant)
    TARGET.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        count = shoot(browser, house, richest_phone(house))
        browser.close()
    print(f"{count} pictures are in {TARGET}/")


if __name__ == "__main__":
    main()
