"""A rule from a preset to the portal, by the keyboard alone: a fault in words, mended, tried, published, read."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.pictures.house import House, sign_in_staff
from tests.pictures.looks import SIZES

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MOST_TABS = 200
IS_FOCUSED = "(element) => element === document.activeElement"


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until this has the focus."""
    expect(wanted).to_be_attached()
    for _ in range(MOST_TABS):
        if wanted.evaluate(IS_FOCUSED):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {wanted}")


def press(page: Page, wanted: Locator) -> None:
    """Go to a button, a link or a fold, and press Enter."""
    tab_to(page, wanted)
    page.keyboard.press("Enter")


def type_over(page: Page, wanted: Locator, text: str) -> None:
    """Go to a field and type in place of what it held."""
    tab_to(page, wanted)
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.keyboard.type(text)


def fits(page: Page) -> bool:
    """Whether nothing stands out to the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.parametrize(("size", "percent"), [("phone", "7"), ("desktop", "9")])
def test_a_rule_is_built_mended_tried_and_told(browser: Browser, club: House, size: str, percent: str) -> None:
    context = browser.new_context(viewport=SIZES[size], locale="pt-BR")  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(30_000)
    sign_in_staff(page, club, "owner")

    # from a preset
    page.goto(club.dashboard("programs/new/"))
    press(page, page.locator("main a[href*='preset=services']"))
    expect(page.locator("#sentence-0")).to_contain_text("20% de cashback em cada compra")
    type_over(page, page.locator("[name=name]"), f"Bairro {size}")

    # a condition is added, and is where the keys go on
    press(page, page.locator("#rule-0 .rule__menu summary"))
    press(page, page.locator("[name=do][value='condition:0:stores']"))
    expect(page.locator("#condition-0-stores")).to_contain_text("Cantina")
    tab_to(page, page.locator("[name=r0-stores][value=cantina]"))
    page.keyboard.press("Space")
    expect(page.locator("#sentence-0")).to_contain_text("Cantina")

    # a fault is said in a sentence beside its field, and nothing is published
    type_over(page, page.locator("[name=r0-percent]"), "120")
    press(page, page.locator("#editor [name=do][value=publish]"))
    fault = page.locator("#id_r0-percent_error, .rule__effect .field__error, .rule__effect .errorlist").first
    expect(fault).to_contain_text("Entre 0,01% e 100%.")
    expect(page.locator("[name=r0-percent]")).to_have_attribute("aria-invalid", "true")
    assert fits(page)
    type_over(page, page.locator("[name=r0-percent]"), percent)
    expect(page.locator("#sentence-0")).to_contain_text(f"{percent}% de cashback em cada compra")

    # a sale is tried where the rule holds, and where it does not
    press(page, page.locator("summary", has_text="Experimentar uma venda"))
    tab_to(page, page.locator("[name=t-store]"))
    page.keyboard.type("Cantina")
    press(page, page.locator("[name=do][value=try]"))
    expect(page.locator("#trial-result")).to_contain_text(f"O cliente ganha R$\xa0{percent},00")
    expect(page.locator("#trial-result")).to_be_focused()
    assert fits(page)

    # it is published, and customers read the sentence
    press(page, page.locator("#editor [name=do][value=publish]"))
    page.wait_for_url("**/dashboard/programs/*-*/")
    expect(page.locator("main")).to_contain_text(f"{percent}% de cashback em cada compra")
    reader = context.new_page()
    reader.goto(club.portal("how-it-works/"))
    expect(reader.locator("main")).to_contain_text(f"{percent}% de cashback em cada compra, em Cantina.")
    context.close()
