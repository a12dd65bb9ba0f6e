"""Screens by the keyboard alone: Tab leads to everything that can be used, and what has the focus is always seen."""

from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.test_rule_editor import press, type_over
from tests.pictures.house import House
from tests.pictures.looks import SIZES
from tests.screenshots import AFTER, Door, window

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MOST_TABS = 400
SETTLED_MS, LOOKS = 200, 10
# Walked by itself Tab leads everywhere on it; after the screens before it the focus stays with the two ways on.
HOLDS_THE_FOCUS = {"no-such-code"}
# What Tab must lead to: of a group of radio buttons it leads to one.
_WANTED = """() => {
    const shown = (each) => each.checkVisibility({visibilityProperty: true}) && !each.closest('[inert]')
    const all = document.querySelectorAll(
        'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')
    const groups = new Set()
    let place = 0
    for (const each of all) {
        if (each.disabled || each.tabIndex < 0 || !shown(each) || each.closest('details:not([open]) > :not(summary)'))
            continue
        if (each.type === 'radio') {
            const group = `${each.name} ${each.form?.id}`
            if (groups.has(group)) { continue }
            groups.add(group)
            each.form?.querySelectorAll(`[type=radio][name="${each.name}"]`).forEach((one) => {
                one.dataset.walk = place })
        }
        each.dataset.walk = place++
    }
    return place
}"""
# Where the focus is, and what is wrong with how it is shown.
_HELD = """() => {
    const held = document.activeElement
    if (!held || held === document.body || held === document.documentElement) { return null }
    const faults = []
    const outlined = (each) => {
        const style = getComputedStyle(each)
        return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0
    }
    let ring = held
    for (let step = 0; ring && !outlined(ring) && step < 4; step++) { ring = ring.parentElement }
    if (!ring || !outlined(ring)) { faults.push('shows no ring'); ring = held }
    const box = ring.getBoundingClientRect()
    if (box.width < 2 || box.height < 2) { faults.push('has no size') }
    const inside = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth
    if (!inside) { faults.push('lies outside the window') }
    else {
        const x = Math.min(Math.max(box.left + Math.min(box.width, innerWidth) / 2, 1), innerWidth - 2)
        const y = Math.min(Math.max(box.top + Math.min(box.height, innerHeight) / 2, 1), innerHeight - 2)
        const there = document.elementFromPoint(x, y)
        const related = there && (ring.contains(there) || there.contains(ring) || held.labels?.[0]?.contains(there))
        if (!related) { faults.push(`lies under ${there?.outerHTML.slice(0, 60)}`) }
    }
    return [held.dataset.walk ?? '', held.outerHTML.slice(0, 120), faults.join(', ')]
}"""
_FIRST = "() => { document.activeElement?.blur(); scrollTo(0, 0); getSelection().collapse(document.body, 0) }"
_LEFT = """(seen) => [...document.querySelectorAll('[data-walk]')]
    .filter((each) => !seen.includes(each.dataset.walk) && !each.disabled && each.checkVisibility())
    .map((each) => each.outerHTML.slice(0, 120))"""


def settled(page: Page) -> Any:
    """What holds the focus, judged when whatever scrolls or slides has come to rest."""
    held = page.evaluate(_HELD)
    for _ in range(LOOKS):
        if held is None or not held[2]:
            break
        page.wait_for_timeout(SETTLED_MS)
        held = page.evaluate(_HELD)
    return held


def walk(page: Page) -> list[str]:
    """Tab through the whole page; what is wrong with it."""
    wanted = page.evaluate(_WANTED)
    page.evaluate(_FIRST)
    seen, faults, rounds, is_inside = set[str](), list[str](), 0, False
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        held = settled(page)
        if held is None:  # past the end; a page that takes the focus at once is walked once more from its top
            rounds, is_inside = rounds + is_inside, False
            if rounds > 1 or len(seen) >= wanted:
                break
            continue
        is_inside = True
        if held[0] in seen and len(seen) >= wanted:
            break
        seen.add(held[0])
        faults += [f"{held[1]} {held[2]}"] if held[2] else []
    else:
        faults.append(f"Tab did not come round in {MOST_TABS} steps")
    return faults + [f"Tab does not lead to {each}" for each in page.evaluate(_LEFT, sorted(seen))]


@pytest.mark.usefixtures("furnished")
@pytest.mark.parametrize("door", AFTER, ids=lambda door: f"{door.name}-{door.who or 'nobody'}")
def test_tab_leads_everywhere_and_is_always_seen(
    browser: Browser, known: dict[str, House], states: dict[tuple[str, str], Any], door: Door
) -> None:
    """Each screen in one size, by turns."""
    faults = []
    for brand, house in known.items():
        with window(browser, states.get((brand, door.who))) as page:
            for place, screen in enumerate(door.screens):
                if screen.brand == brand and screen.name not in HOLDS_THE_FOCUS:
                    size = tuple(SIZES)[place % 2]
                    page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
                    screen.open(page, house, door.address(house))
                    faults += [f"{screen.name}, {size}: {each}" for each in walk(page)]
    assert faults == []


def test_a_campaign_is_made_and_a_report_narrowed_by_it_without_a_mouse(
    browser: Browser, house: House, states: dict[tuple[str, str], Any]
) -> None:
    name = f"Sem mouse {uuid4().hex[:6]}"
    with window(browser, states["card", "owner"]) as page:
        page.set_viewport_size(SIZES["desktop"])  # type: ignore[arg-type]
        page.goto(house.dashboard("campaigns/new/"))
        type_over(page, page.locator("main [name=name]"), name)
        press(page, page.locator("main form button[type=submit]").first)
        expect(page.locator("main")).to_contain_text(name)
        press(page, page.locator("tr", has_text=name).locator("a[href*='reports/vouchers']"))
        expect(page.locator("[name=campaign] option:checked")).to_have_text(name)
