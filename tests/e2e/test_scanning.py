"""A voucher reaches the till: by the camera from the portal's changing QR, by a hand-held scanner, by hand.

And what a partner's people see of all that, and a quote in two actions.
"""

import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pictures.house import House, sign_in_customer, sign_in_staff
from tests.pictures.looks import SIZES
from tests.screens.camera import CAMERA, standing_alone

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PHONE = "+5511988880777"
TERMS: dict[str, Any] = {"kind": "amount", "value_minor": 1_000, "holder": "personal"}


@pytest.fixture(scope="module")
def person(house: House) -> dict[str, Any]:
    """Somebody with R$ 30 of cashback, whose phone is at the sandbox."""
    consents = {"utility": True, "marketing": False}
    made: dict[str, Any] = house.call("customers", {"name": "Nina Prado", "phone": PHONE, "consents": consents})
    sale = {"customer": {"id": made["id"]}, "store": "centro", "amount_minor": 15_000, "external_id": uuid4().hex[:12]}
    house.call("purchases", sale)
    return made


def voucher_of(house: House, person: dict[str, Any], **terms: Any) -> dict[str, Any]:
    """A fresh voucher of a fresh coupon."""
    coupon = house.call("coupons", {"name": f"Dez {uuid4().hex[:6]}", **TERMS, **terms})["id"]
    made: dict[str, Any] = house.call("vouchers", {"customer": {"id": person["id"]}, "coupon": coupon})
    return made


def till_of(browser: Browser, house: House, size: str = "desktop") -> Page:
    """An operator's browser at the shop in the centre."""
    context = browser.new_context(viewport=SIZES[size], locale="pt-BR")  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(30_000)
    sign_in_staff(page, house, "operator")
    if "store" in page.url:
        page.get_by_role("button", name=re.compile("Loja Centro")).click()
    expect(page.locator("#till-query")).to_be_focused()
    return page


def shown_qr(browser: Browser, house: House, name: str) -> str:
    """The QR that the customer's phone shows now for the voucher of a name, as a picture that stands alone."""
    context = browser.new_context(viewport=SIZES["phone"], locale="pt-BR")  # type: ignore[arg-type]
    phone = context.new_page()
    phone.set_default_timeout(30_000)
    sign_in_customer(phone, house, PHONE)
    phone.goto(house.portal("vouchers/"))
    phone.locator("main a[href*='/vouchers/']").filter(has_text=name).first.click()
    svg = str(phone.locator(".qr svg").evaluate("(svg) => svg.outerHTML"))
    context.close()
    return standing_alone(svg)


def test_the_camera_reads_a_changing_qr_and_pictures_of_lasting_ones_are_refused(
    browser: Browser, house: House, person: dict[str, Any]
) -> None:
    voucher = voucher_of(house, person, rotates_code=True)
    till = till_of(browser, house, "phone")
    till.evaluate(CAMERA, [shown_qr(browser, house, voucher["coupon_name"])])
    till.get_by_role("button", name="Ler QR").click()
    expect(till.locator("#till")).to_contain_text("VÁLIDO")
    expect(till.locator("#till")).to_contain_text("Nina")
    till.keyboard.press("Escape")
    expect(till.locator("#till-query")).to_be_focused()
    till.locator("#till-query").fill(voucher["qr_payload"])
    till.keyboard.press("Enter")
    expect(till.locator("#till")).to_contain_text("QR ANTIGO")
    till.context.close()


def test_a_hand_held_scanner_and_hands_find_it_and_it_is_used_once(
    browser: Browser, house: House, person: dict[str, Any]
) -> None:
    voucher = voucher_of(house, person)
    till = till_of(browser, house)
    till.evaluate("document.activeElement.blur()")
    till.keyboard.type(voucher["qr_payload"], delay=2)
    till.keyboard.press("Enter")
    expect(till.locator("#till")).to_contain_text("VÁLIDO")
    till.locator("#till-confirm").click()
    expect(till.locator(".result--ok")).to_be_visible()
    till.goto(f"{house.base}/counter/")
    till.locator("#till-query").fill(voucher["code"].replace("-", " ").lower())
    till.keyboard.press("Enter")
    expect(till.locator(".result--bad, .result--warn")).to_contain_text(re.compile("JÁ USADO hoje"))
    till.goto(f"{house.base}/counter/")
    till.locator("#till-query").fill("8F3K-2QZP-7XMA")
    till.keyboard.press("Enter")
    expect(till.locator("#till")).to_contain_text("CÓDIGO NÃO ENCONTRADO")
    till.context.close()


def test_a_quote_takes_two_actions(browser: Browser, house: House, person: dict[str, Any]) -> None:
    till = till_of(browser, house)
    till.locator("#till-query").fill(PHONE)
    till.keyboard.press("Enter")
    expect(till.locator("#till input[name=amount]")).to_be_focused()
    till.keyboard.type("8000", delay=120)
    till.keyboard.press("Enter")  # the first: what it would use is shown
    expect(till.locator("#quote-due")).to_be_visible()
    expect(till.locator(".quote__told")).to_contain_text("R$")
    expect(till.locator("#till-confirm")).to_be_focused()
    till.keyboard.press("Enter")  # the second: it is sold
    expect(till.locator(".result--ok")).to_be_visible()
    till.context.close()


def test_a_partners_people_see_their_own_only(browser: Browser, house: House, person: dict[str, Any]) -> None:
    theirs, others = voucher_of(house, person, stores=["farmacia"]), voucher_of(house, person)
    context = browser.new_context(viewport=SIZES["phone"], locale="pt-BR")  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(30_000)
    sign_in_staff(page, house, "partner")
    for code, words in ((others["code"], "CÓDIGO NÃO ENCONTRADO"), (theirs["code"], "VÁLIDO")):
        page.goto(f"{house.base}/counter/")
        page.locator("#till-query").fill(code)
        page.keyboard.press("Enter")
        expect(page.locator("#till")).to_contain_text(words)
    page.goto(f"{house.base}/counter/statement/")
    expect(page.locator("main")).to_contain_text("Farmácia São Lucas")
    expect(page.locator("main")).not_to_contain_text("Loja Centro")
    for path in ("", "customers/", "coupons/", "reports/"):
        answer = page.goto(house.dashboard(path))
        assert answer is not None
        assert answer.status == 403 or "/dashboard/" not in page.url, path
    context.close()
