"""Every named screen of the demo, as a person sees it: `make screenshots` writes them into `screenshots/`.

Runs beside a house that stands (`CREDENTIALS` names its sign-ins): pages of the dashboard, the portal, the counter, the
public pages and the sandbox's phone, whole and not only what a window shows. Empty pages are taken first; then the
house gets what the demo lacks. A picture is called `<door>-<screen>-<size>-<scheme>-<colour>[-en].png`.

Size (phone, desktop), scheme, the brand's colour (orange, yellow, navy) and language make 24 looks at a page, two
thousand pictures in all. Each page gets a sample that turns with its place in the list: light and Portuguese in both
sizes, dark and English in one, each in another colour; neighbours have much in common, so that every component comes in
every look. Screens marked as key get every colour and scheme. What is not looked at, axe still reads: `tests/e2e`.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Browser, Page, sync_playwright

from tests.chromium import launch_options
from tests.pictures.desk_screens import DESK, DESK_EMPTY, RULES
from tests.pictures.furnish import furnish
from tests.pictures.house import House, houses, sign_in_customer, sign_in_staff
from tests.pictures.looks import COLOURS, ENGLISH, PORTUGUESE, SCHEMES, SIZES, Look, looks_at
from tests.pictures.newcomer import opened
from tests.pictures.screens import (
    COUNTER,
    COUNTER_CLUB,
    COUNTER_PARTNER,
    PORTAL,
    PORTAL_DOORSTEP,
    PORTAL_EMPTY,
    PUBLIC,
    Screen,
)

TARGET = Path("screenshots")
# A page that is longer is cut: pictures are to be looked at.
TALLEST = 5_000
# Two frames, and what still moves from one colour to another is brought to its end.
DRAWN = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
    const ends = (each) => each.effect.getComputedTiming().endTime !== Infinity
    document.getAnimations().filter(ends).forEach((each) => each.finish())
    requestAnimationFrame(done)
})))"""
SLUGS = {"card": "bom-vizinho", "club": "mare-alta"}


@dataclass(frozen=True)
class Door:
    """A group of screens: how their pictures begin, where they lie, and who looks (nobody signed in, if empty)."""

    name: str
    address: Callable[[House], str]
    who: str
    screens: list[Screen]


BEFORE = [
    Door("dashboard", lambda house: house.dashboard(), "owner", DESK_EMPTY),
    Door("portal", lambda house: house.portal(), "customer", PORTAL_EMPTY),
]
AFTER = [
    Door("dashboard", lambda house: house.dashboard(), "owner", [*DESK, *RULES]),
    Door("portal", lambda house: house.portal(), "customer", PORTAL),
    Door("portal", lambda house: house.portal(), "", PORTAL_DOORSTEP),
    Door("counter", lambda house: f"{house.base}/counter/", "operator", [*COUNTER, *COUNTER_CLUB]),
    Door("counter", lambda house: f"{house.base}/counter/", "partner", COUNTER_PARTNER),
    Door("public", lambda house: f"{house.base}/", "", PUBLIC),
]


@contextmanager
def window(browser: Browser, state: Any = None, scheme: str = "light", locale: str = PORTUGUESE) -> Iterator[Page]:
    """A page in a window of its own, in one scheme and language, signed in as `state` says."""
    context = browser.new_context(
        device_scale_factor=1,
        locale=locale,
        storage_state=state,
        reduced_motion="reduce",
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    if locale == ENGLISH:  # a signed-in customer's own language goes before the browser's
        context.add_cookies([{"name": "django_language", "value": "en", "domain": "127.0.0.1", "path": "/"}])
    try:
        yield context.new_page()
    finally:
        context.close()


def photograph(page: Page, name: str, look: Look) -> None:
    """Pictures of what is open now: the sheets tell sizes apart, so that nothing is loaded again."""
    for size in look.sizes:
        width, least = SIZES[size]["width"], SIZES[size]["height"]
        page.set_viewport_size({"width": width, "height": least})
        page.evaluate(DRAWN)
        whole = page.evaluate("() => document.documentElement.scrollHeight")
        # a window as tall as the page, so that bars which stay at its edges stand where the page ends
        page.set_viewport_size({"width": width, "height": max(least, min(whole, TALLEST))})
        page.evaluate(DRAWN)
        page.screenshot(path=str(TARGET / f"{name}-{size}-{look.mark}.png"))


def signed_in(browser: Browser, enter: Callable[[Page], None]) -> Any:
    """The cookies of somebody who has signed in."""
    with window(browser) as page:
        enter(page)
        return page.context.storage_state()


def everybody(browser: Browser, known: dict[str, House]) -> dict[tuple[str, str], Any]:
    """The cookies of each who looks, by brand and who it is."""
    states: dict[tuple[str, str], Any] = {}
    for brand, house in known.items():
        for role in {"owner", "operator", "partner"} & {user["role"] for user in house.tenant["users"]}:
            states[brand, role] = signed_in(browser, lambda page, h=house, r=role: _enter_staff(page, h, r))  # type: ignore[misc]
        if "customers" in house.tenant:
            states[brand, "customer"] = signed_in(browser, lambda page, h=house: sign_in_customer(page, h, h.phone))  # type: ignore[misc]
    return states


def _enter_staff(page: Page, house: House, role: str) -> None:
    sign_in_staff(page, house, role)
    if "store" in page.url:
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_load_state()


def paint(browser: Browser, house: House, owner: Any, colour: str) -> None:
    """Give the brand another colour, through its own settings page."""
    with window(browser, owner) as page:
        page.goto(house.dashboard("settings/"))
        page.locator("[name=brand_colour]").first.fill(colour)
        page.locator("main form").filter(has=page.locator("[name=brand_colour]")).locator("[type=submit]").first.click()
        page.wait_for_load_state()


def shoot(browser: Browser, known: dict[str, House], states: dict[tuple[str, str], Any], doors: list[Door]) -> None:
    """Pictures of all screens behind these doors."""
    for colour, value in COLOURS.items():
        for brand, house in known.items():
            paint(browser, house, states[brand, "owner"], value)
        for scheme, locale in product(SCHEMES, (PORTUGUESE, ENGLISH)):
            for door, brand in product(doors, known):
                wanted = list(_wanted(door, brand, colour, scheme, locale))
                if wanted:
                    with window(browser, states.get((brand, door.who)), scheme, locale) as page:
                        for screen, look in wanted:
                            screen.open(page, known[brand], door.address(known[brand]))
                            photograph(page, f"{door.name}-{screen.name}", look)


def _wanted(door: Door, brand: str, colour: str, scheme: str, locale: str) -> Iterable[tuple[Screen, Look]]:
    for place, screen in enumerate(door.screens):
        for look in looks_at(place, is_key=screen.is_key) if screen.brand == brand else ():
            if (look.colour, look.scheme, look.locale) == (colour, scheme, locale):
                yield screen, look


def shoot_sandbox(browser: Browser, house: House) -> None:
    """The phone of the sandbox, which has no brand."""
    channel, number = house.tenant["whatsapp"]["phone_number_id"], quote(house.phone.lstrip("+"))
    for scheme in SCHEMES:
        with window(browser, scheme=scheme) as page:
            page.goto(f"{house.sandbox}/phone/{number}?channel={channel}")
            page.wait_for_load_state("networkidle")
            photograph(page, "sandbox-phone", Look("sandbox", scheme))


def main() -> None:
    credentials = json.loads(Path(os.environ["CREDENTIALS"]).read_text())
    by_slug = houses(credentials)
    known = {brand: by_slug[slug] for brand, slug in SLUGS.items()}
    TARGET.mkdir(exist_ok=True)
    for old in TARGET.glob("*.png"):
        old.unlink()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        known["new"] = opened(browser, credentials)
        states = everybody(browser, known)
        shoot(browser, known, states, BEFORE)
        with window(browser, states["card", "owner"]) as page:
            furnish(page, known["card"], known["club"])
        shoot(browser, known, states, AFTER)
        shoot_sandbox(browser, known["card"])
        browser.close()
    print(f"{len(list(TARGET.glob('*.png')))} pictures are in {TARGET}/")


if __name__ == "__main__":
    main()
