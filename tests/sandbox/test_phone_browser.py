"""The phone in a real browser: answers arrive by themselves, keys suffice, and axe finds nothing."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.sandbox.process import Number, Receiver, until

PHONE = "/phone/5511988887777"
pytestmark = pytest.mark.browser


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    yield page
    page.close()


def test_a_conversation_by_keyboard(aurora: Number, receiver: Receiver, tab: Page) -> None:
    problems: list[str] = []
    tab.on("console", lambda message: problems.append(message.text))
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.goto(f"{aurora.sandbox.url}{PHONE}?channel={aurora.id}")
    box = tab.get_by_label("Mensagem", exact=True)
    expect(box).to_have_value("quero participar")
    box.press("Enter")
    expect(tab.locator(".bubble.mine")).to_contain_text("quero participar")
    expect(box).to_have_value("")
    assert until(lambda: receiver.items("messages"))[0]["text"]["body"] == "quero participar"
    reply = {"type": "reply", "reply": {"id": "yes", "title": "Ver saldo"}}
    content = {"type": "button", "body": {"text": "Bem-vinda!"}, "action": {"buttons": [reply]}}
    wamid = aurora.accepted("+5511988887777", "interactive", content)
    button = tab.get_by_role("button", name="Ver saldo")
    expect(button).to_be_visible()
    receiver.reached(wamid, "read")
    button.focus()
    tab.keyboard.press("Enter")
    expect(tab.locator(".bubble.mine").last).to_contain_text("Ver saldo")
    assert problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(aurora: Number, browser: Browser, scheme: str, width: int) -> None:
    aurora.writes("+5511988887777", "oi")
    aurora.accepted("+5511988887777", content={"body": "Veja https://example.com"})
    aurora.sandbox.control("faults", {"kind": "failed:131026"})
    aurora.accepted("+5511988887777", content={"body": "perdida"})
    page = browser.new_page(
        viewport={"width": width, "height": 844},
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    for path in ("/", f"{PHONE}?channel={aurora.id}", f"/phone/5511900000000?channel={aurora.id}", "/nothing"):
        page.goto(aurora.sandbox.url + path)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
