"""The first rewarded sale, from the counter to the statement, as three people live it in a browser."""

import json
import re
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pictures.house import House, sign_in_customer, sign_in_staff

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PHONE = "+5511988887766"


def messages(house: House) -> list[dict[str, Any]]:
    """What the customer's phone holds, oldest first."""
    query = urllib.parse.urlencode({"to": PHONE, "channel": house.tenant["whatsapp"]["phone_number_id"]})
    with urllib.request.urlopen(f"{house.sandbox}/_sandbox/messages?{query}", timeout=10) as answer:
        found: list[dict[str, Any]] = json.load(answer)["results"]
        return found


def wait_for(what: Callable[[], Any], seconds: float = 30) -> Any:
    """What `what` answers as soon as it is something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.2)
    raise AssertionError("it did not come in time")


def message(house: House, template: str) -> dict[str, Any] | None:
    """The newest message of a template on the phone."""
    found = [each for each in messages(house) if (each.get("template") or {}).get("name", "").startswith(template)]
    return found[-1] if found else None


def new_page(browser: Browser, width: int, height: int) -> Page:
    context = browser.new_context(viewport={"width": width, "height": height}, locale="pt-BR")
    page = context.new_page()
    page.set_default_timeout(30_000)
    return page


def open_counter(till: Page, house: House) -> None:
    sign_in_staff(till, house, "operator")
    if "store" in till.url:
        till.get_by_role("button", name=re.compile("Loja Centro")).click()
    expect(till.locator("#till-query")).to_be_focused()


def enrol_and_sell(till: Page, house: House) -> None:
    """The operator enrols a new phone with consent and registers a sale."""
    open_counter(till, house)
    till.locator("#till-query").fill("11 98888-7766")
    till.keyboard.press("Enter")
    till.locator("#till input[name=name]").fill("Lia Andrade")
    till.locator("#till input[name=utility]").check()
    till.locator("#till form button[type=submit]").click()
    till.locator("#till input[name=amount]").press_sequentially("15000")
    till.locator("#till-confirm").click()
    expect(till.locator("#till")).to_contain_text("R$\xa030,00")


def buy_voucher(wallet: Page, house: House) -> str:
    """The customer buys a voucher of R$ 25 for R$ 20 of the balance; its code as people read it."""
    wallet.goto(house.portal("offers/"))
    wallet.get_by_role("link", name=re.compile("no próximo serviço")).first.click()
    wallet.locator("main details.confirm summary").first.click()
    wallet.locator("main details.confirm button[type=submit]").first.click()
    wallet.wait_for_url(re.compile(r"/vouchers/[0-9a-f-]{36}/"))
    code = re.search(r"\b([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})\b", wallet.locator("main").inner_text())
    assert code is not None
    expect(wallet.locator("main svg").first).to_be_visible()
    return code[1]


def look_up(till: Page, house: House, code: str) -> None:
    """Type a code into the counter's one field."""
    till.goto(f"{house.base}/counter/")
    till.locator("#till-query").fill(code)
    till.keyboard.press("Enter")


def redeem(till: Page, house: House, code: str) -> None:
    """The operator validates the voucher on a sale of R$ 80 and uses it."""
    look_up(till, house, code.lower())
    expect(till.locator("#till")).to_contain_text("VÁLIDO")
    till.locator("#till input[name=amount]").press_sequentially("8000")
    till.locator("#till-confirm").click()
    expect(till.locator("#till")).to_contain_text("25,00")


def test_the_first_rewarded_sale(browser: Browser, house: House) -> None:
    till, phone, wallet = new_page(browser, 1280, 800), new_page(browser, 390, 844), new_page(browser, 390, 844)
    enrol_and_sell(till, house)

    # the sandbox phone shows the message
    credited = wait_for(lambda: message(house, "purchase_credited"))
    assert "30,00" in credited["text"]
    channel = house.tenant["whatsapp"]["phone_number_id"]
    phone.goto(f"{house.sandbox}/phone/{PHONE.lstrip('+')}?channel={channel}")
    expect(phone.locator("body")).to_contain_text("30,00")

    # the customer signs in with the code from the phone
    sign_in_customer(wallet, house, PHONE)
    expect(wallet.locator("main")).to_contain_text("30,00")
    code = buy_voucher(wallet, house)

    # the message's button opens the exact page where nobody has signed in, once
    issued = wait_for(lambda: message(house, "voucher_issued"))
    (link,) = [button["url"] for button in issued["buttons"] if button.get("url")]
    fresh, forwarded = new_page(browser, 390, 844), new_page(browser, 390, 844)
    fresh.goto(link)
    fresh.wait_for_url(wallet.url)
    expect(fresh.locator("main")).to_contain_text(code)
    forwarded.goto(link)
    forwarded.wait_for_url(re.compile(r"/sign-in/\?next="))
    expect(forwarded.locator("body")).not_to_contain_text(code)

    redeem(till, house, code)
    look_up(till, house, code)  # a second time it is refused in words
    expect(till.locator("#till")).to_contain_text(re.compile("já usado", re.IGNORECASE))

    # the statement shows both, and the message shows read
    wallet.goto(house.portal("statement/"))
    expect(wallet.locator("main")).to_contain_text("20%")
    expect(wallet.locator("main")).to_contain_text(code)
    wait_for(lambda: message(house, "voucher_redeemed"))
    wait_for(lambda: (message(house, "purchase_credited") or {}).get("status") == "read")
    manager = new_page(browser, 1280, 800)
    sign_in_staff(manager, house, "manager")
    manager.goto(f"{house.base}/dashboard/messages/")
    credited_row = manager.locator("tr", has_text="Lia Andrade").filter(has_text="Compra creditada").first
    expect(credited_row).to_contain_text("lida")
