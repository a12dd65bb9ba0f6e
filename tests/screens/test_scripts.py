"""The small scripts do what a person at a till or with a phone expects, under the product's content security policy."""

import re

import pytest
from playwright.sync_api import expect

from smartbis.kernel import codes
from smartbis.kernel.qr import qr_svg
from tests.screens.camera import CAMERA, standing_alone

pytestmark = pytest.mark.browser

AMOUNT = """
<input id="amount" data-money data-submit="go">
<button id="go" disabled>
<span data-money-echo="amount" data-template="Registrar # para Ana" data-empty="Digite o valor">x</span></button>
<div data-keypad="amount"><button type="button" data-digit="3">3</button>
<button type="button" data-digit="00">00</button><button type="button" data-digit="back">apagar</button></div>
"""
TILL = """
<form action="/search"><input id="till-query" name="q"></form>
<a href="/home" data-till-home>Voltar</a><button id="other">x</button>
"""
SCANNER = """
<button data-scan-start>Ler</button>
<div data-scanner hidden data-ponyfill="/static/vendor/barcode-detector/3.2.2/ponyfill.js"
  data-wasm="/static/vendor/zxing-wasm/3.1.3/zxing_reader.wasm" data-aim="Aponte" data-denied="Digite o código">
<video muted playsinline></video><p data-scan-status></p></div>
"""


def test_digits_fill_from_the_cents_and_the_button_repeats_them(show):
    page = show(AMOUNT, "js/money.js")
    expect(page.get_by_role("button", name="Digite o valor")).to_be_disabled()
    page.locator("#amount").press_sequentially("123456")
    expect(page.locator("#amount")).to_have_value("1.234,56")
    expect(page.locator("#go")).to_have_text("Registrar R$\u00a01.234,56 para Ana")
    expect(page.locator("#go")).to_be_enabled()


def test_the_keypad_writes_and_erases_and_zero_cannot_be_sent(show):
    page = show(AMOUNT, "js/money.js")
    page.get_by_role("button", name="3", exact=True).click()
    page.get_by_role("button", name="00").click()
    expect(page.locator("#amount")).to_have_value("3,00")
    for _ in range(3):
        page.get_by_role("button", name="apagar").click()
    expect(page.locator("#amount")).to_have_value("")
    expect(page.locator("#go")).to_be_disabled()


LINES = """
<form><input id="amount" data-money data-symbol="R$">
<div data-lines="amount"><input type="hidden" value="0" data-lines-sum><b data-lines-total></b>
<p data-line><input value="2" data-quantity><input id="first" value="8,00" data-money></p>
<p data-line><input id="count" value="1" data-quantity><input id="second" value="" data-money></p>
<input id="find" data-find><button type="button" id="go" data-find-go>Procurar</button></div></form>
"""


def test_lines_fill_the_amount_until_another_one_is_typed(show):
    page = show(LINES, "js/money.js", "js/lines.js")
    page.locator("#second").press_sequentially("1050")
    expect(page.locator("#amount")).to_have_value("26,50")
    expect(page.locator("[data-lines-total]")).to_have_text("R$\u00a026,50")
    page.locator("#count").fill("3")
    expect(page.locator("#amount")).to_have_value("47,50")
    page.locator("#amount").fill("4000")
    page.locator("#count").fill("2")
    expect(page.locator("#amount")).to_have_value("40,00")
    expect(page.locator("[data-lines-sum]")).to_have_value("3700")


def test_enter_in_the_search_of_articles_looks_for_them(show):
    page = show(LINES, "js/money.js", "js/lines.js")
    page.evaluate("document.getElementById('go').addEventListener('click', (e) => { e.target.textContent = 'x' })")
    page.locator("#find").fill("café")
    page.locator("#find").press("Enter")
    expect(page.locator("#go")).to_have_text("x")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("11987654821", "(11) 98765-4821"),
        ("1133334444", "(11) 3333-4444"),
        ("011987654821", "(11) 98765-4821"),
        ("+351912345678", "+351912345678"),
    ],
)
def test_phones_are_written_as_people_do(show, typed, shown):
    page = show('<input type="tel" data-phone>', "js/phone.js")
    page.locator("input").press_sequentially(typed)
    expect(page.locator("input")).to_have_value(shown)


def test_a_pasted_number_with_country_code_loses_it(show):
    page = show('<input type="tel" data-phone>', "js/phone.js")
    page.locator("input").fill("5511987654821")
    expect(page.locator("input")).to_have_value("(11) 98765-4821")


def test_the_sign_in_code_sends_itself_on_the_sixth_digit_once(show):
    page = show('<form action="/sent"><input name="code" data-one-time-code></form>', "js/one-time-code.js")
    page.locator("input").press_sequentially("12345")
    assert page.url == "http://localhost/"
    page.locator("input").press("6")
    page.wait_for_url(re.compile(r"/sent\?code=123456$"))


def test_asking_again_waits_and_then_says_its_own_words(show):
    page = show('<button data-wait="1" data-template="Em # s">Enviar de novo</button>', "js/one-time-code.js")
    expect(page.locator("button")).to_be_disabled()
    expect(page.locator("button")).to_have_text("Em 1 s")
    expect(page.locator("button")).to_have_text("Enviar de novo", timeout=4000)
    expect(page.locator("button")).to_be_enabled()


def test_a_second_tap_sends_nothing(show):
    page = show('<form action="/sent" id="f"><button data-once>Ir</button></form>', "js/page.js")
    sent = page.evaluate(
        """() => {
          let sent = 0;
          addEventListener("submit", (event) => {
            if (!event.defaultPrevented) sent += 1;
            event.preventDefault();
          });
          const button = document.querySelector("button");
          button.click();
          button.click();
          return sent;
        }"""
    )
    assert sent == 1
    expect(page.locator("button")).to_be_disabled()


def test_the_theme_is_kept_and_told_to_readers(show):
    page = show('<button data-set-theme="dark" aria-pressed="false">Escura</button>', "js/page.js")
    page.locator("button").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("button")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("localStorage.getItem('theme')") == "dark"


def test_losing_the_network_is_said_and_unsaid(show):
    page = show('<div id="network" hidden data-offline="Sem internet"><span data-words></span></div>', "js/page.js")
    page.context.set_offline(True)
    expect(page.get_by_text("Sem internet")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#network")).to_be_hidden()


def test_a_hand_held_scanner_reaches_the_field_wherever_the_focus_is(show):
    page = show(TILL, "js/counter.js")
    page.locator("#other").focus()
    page.keyboard.type("8F3K2QZP7XMA", delay=2)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"q=8F3K2QZP7XMA$"))


def test_a_scan_into_the_amount_leaves_the_amount_alone_and_looks_the_code_up(show):
    """Otherwise its digits would become a sale, and its Enter would confirm it."""
    page = show(
        '<form action="/sold"><input name="amount" data-money></form><a href="#home" data-till-home>Voltar</a>',
        "js/money.js",
        "js/counter.js",
    )
    page.locator("input").press_sequentially("3850", delay=200)
    page.wait_for_timeout(300)
    page.evaluate(
        """() => {
          const field = document.querySelector("input");
          field.focus();
          for (const key of [..."83FK2QZP7XMA", "Enter"]) {
            const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
            if (!field.dispatchEvent(event) || key === "Enter") continue;
            field.value += key;
            field.dispatchEvent(new Event("input", { bubbles: true }));
          }
        }"""
    )
    expect(page.locator("input")).to_have_value("38,50")
    page.wait_for_url(re.compile("#home$"))
    assert page.evaluate("sessionStorage.getItem('scanned')") == "83FK2QZP7XMA"


def test_escape_goes_back_to_the_search(show):
    page = show(TILL, "js/counter.js")
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile("/home$"))


def test_the_camera_reads_a_vouchers_qr_and_lets_go_of_the_camera(show):
    payload = codes.qr_payload(codes.new_token())
    page = show(TILL + SCANNER, "js/counter.js", "js/scanner.js")
    page.evaluate(CAMERA, [standing_alone(qr_svg(payload))])
    page.get_by_role("button", name="Ler").click()
    page.wait_for_url(re.compile(rf"q={payload}$"), timeout=15000)


def test_a_refused_camera_says_what_to_do_instead(show):
    page = show(SCANNER, "js/scanner.js")
    page.evaluate(
        """() => {
          navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("no", "NotAllowedError"); };
        }"""
    )
    page.get_by_role("button", name="Ler").click()
    expect(page.get_by_text("Digite o código")).to_be_visible()
