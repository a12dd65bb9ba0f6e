"""axe finds nothing on any screen that has a picture: light and dark, every colour in turn, phone and desk in turn."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.pictures.house import House
from tests.pictures.looks import COLOURS, SCHEMES, SIZES
from tests.screenshots import AFTER, BEFORE, DRAWN, Door, paint, window

pytestmark = [pytest.mark.browser, pytest.mark.slow]


# Half a megabyte, brought in once a page rather than for each time that it runs.
AXE = Axe().axe_script
RUN = "(options) => axe.run(document, options).then((found) => found.violations)"
FAULTS = {"resultTypes": ["violations"]}
# What another scheme can change about a page; all else stays as it was looked at in the first.
FAULTS_OF_COLOURS = {**FAULTS, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


def faults_on(page: Page) -> list[str]:
    """What axe finds in either scheme, and whether something stands out to the side."""
    found = []
    page.evaluate(AXE)
    for scheme, options in zip(SCHEMES, (FAULTS, FAULTS_OF_COLOURS), strict=True):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.evaluate(DRAWN)  # a colour that is still changing has no contrast yet
        for each in page.evaluate(RUN, options):
            found.append(f"{scheme}: {each['id']}: {each['nodes'][0]['html'][:200]}")
    if not page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"):
        found.append("stands out to the side")
    return found


def look(browser: Browser, known: dict[str, House], states: dict[tuple[str, str], Any], doors: list[Door]) -> list[str]:
    """The faults of all screens behind these doors."""
    faults = []
    for turn, (colour, value) in enumerate(COLOURS.items()):
        for brand, house in known.items():
            paint(browser, house, states[brand, "owner"], value)
            for door in doors:
                mine = [(place, each) for place, each in enumerate(door.screens) if each.brand == brand]
                with window(browser, states.get((brand, door.who))) as page:
                    for place, screen in mine:
                        if place % len(COLOURS) == turn or screen.is_key:
                            page.set_viewport_size(list(SIZES.values())[(place + turn) % 2])  # type: ignore[arg-type]
                            screen.open(page, house, door.address(house))
                            faults += [f"{door.name}-{screen.name} in {colour}, {each}" for each in faults_on(page)]
    return faults


def test_axe_finds_nothing_on_empty_screens(
    browser: Browser, brands: dict[str, House], states: dict[tuple[str, str], Any]
) -> None:
    assert look(browser, brands, states, BEFORE) == []


@pytest.mark.usefixtures("furnished")
def test_axe_finds_nothing_on_full_screens(
    browser: Browser, brands: dict[str, House], states: dict[tuple[str, str], Any]
) -> None:
    assert look(browser, brands, states, AFTER) == []
