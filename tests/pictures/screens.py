"""The screens of portal, counter and public pages by name, and what a screen is."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Page, expect

from tests.pictures.house import House

Act = Callable[[Page, House], None]
Find = Callable[[House], str]

# What stands in braces in an address, found when it is needed.
FIND: dict[str, Find] = {
    "program": lambda house: str(house.first("programs")["id"]),
    "coupon": lambda house: str(house.first("coupons")["id"]),
    "customer": lambda house: str(house.first(f"customers?phone={house.phone.replace('+', '%2B')}")["id"]),
    "other": lambda house: str(house.call("customers?limit=5")["results"][4]["id"]),
    "purchase": lambda house: str(house.first("purchases?limit=1")["id"]),
    "event": lambda house: _event(house, "Sarau"),
    "issuance": lambda house: str(house.first("issuances")["id"]),
    "tonight": lambda house: _event(house, "Oficina"),
    "challenge": lambda house: str(house.first("challenges")["id"]),
    "plan": lambda house: str(house.first("plans")["key"]),
    "waiting": lambda house: str(house.first("purchases?store=centro&external_id=ESPERA-1")["id"]),
    "backtest": lambda house: str(house.first(f"programs/{house.first('programs')['id']}/backtests")["id"]),
}


@dataclass(frozen=True)
class Screen:
    """A page with its address below its door, whose brand shows it, and what is done before it is looked at.

    `act` may go elsewhere and type; `is_key` screens are looked at in every colour and scheme.
    """

    name: str
    path: str = ""
    brand: str = "card"
    act: Act | None = None
    is_key: bool = False
    found: dict[str, str] = field(default_factory=dict, compare=False)

    def open(self, page: Page, house: House, door: str) -> None:
        """Show it. Raises SystemExit where the answer is no success."""
        names = [name for name in re.findall(r"{(\w+)}", self.path) if name not in self.found]
        for name in names:
            self.found[name] = FIND[name](house)
        address = door + self.path.format(**self.found)
        response = page.goto(address)
        if response is None or response.status >= 400:
            raise SystemExit(f"{address} answered {response.status if response else 'nothing'}")
        page.evaluate("() => document.fonts.ready.then(() => null)")
        if self.act:
            self.act(page, house)


def _event(house: House, name: str) -> str:
    return next(str(each["id"]) for each in house.call("events")["results"] if each["name"].startswith(name))


def first_link(pattern: str) -> Act:
    """Follow the first link of the main part whose address looks so."""

    def follow(page: Page, house: House) -> None:
        page.locator("main a").and_(page.locator(f"a[href*='{pattern}']")).first.click()
        page.wait_for_load_state("networkidle")

    return follow


def _counter_finds(text: str | None, shown: str) -> Act:
    """Look something up at the counter's one field."""

    def look_up(page: Page, house: House) -> None:
        page.locator("#till-query").fill(text if text is not None else house.phone)
        page.keyboard.press("Enter")
        page.locator(shown).first.wait_for()

    return look_up


def _counter_sells(page: Page, house: House) -> None:
    _counter_finds(None, ".till__who")(page, house)
    page.locator("#till input[name=amount]").press_sequentially("3850")
    expect(page.locator("#till-confirm")).to_contain_text(re.compile("38[.,]50"))


def _counter_quotes(page: Page, house: House) -> None:
    _counter_sells(page, house)
    page.locator("#till-confirm").click()
    page.locator(".quote__sum").wait_for()


def _counter_lists(page: Page, house: House) -> None:
    """Two lines, one of them twice, and what a search finds."""
    _counter_finds(None, ".till__who")(page, house)
    page.locator(".till__more", has=page.locator("[data-lines]")).locator("summary").click()
    for number, amount in (("CHAVE", "18"), ("CHAVE", "36"), ("LAV-EDREDOM", "105")):
        page.locator("#till-find").fill(number)
        page.keyboard.press("Enter")
        expect(page.locator("#till-amount")).to_have_value(re.compile(f"^{amount}[.,]00$"))
    page.locator("#till-find").fill("lav")
    page.keyboard.press("Enter")
    page.locator(".lines__found").wait_for()


def _counter_quotes_lines(page: Page, house: House) -> None:
    _counter_lists(page, house)
    page.locator("#till-confirm").click()
    page.locator(".quote__sum").wait_for()


def _walks_in(page: Page, house: House) -> None:
    """Somebody who is on no list, found by name."""
    listed = page.locator("#till .list a").all_inner_texts()
    names = [each["name"] for each in house.call("customers?limit=40")["results"]]
    outside = next(name for name in names if not any(name in row for row in listed))
    page.locator("#till-query").fill(outside)
    page.keyboard.press("Enter")
    page.locator("#till a[href*='customer=']").first.click()
    page.locator("form[action$='walk-ins/'], .result--warn").first.wait_for()


def _without_a_line(page: Page, house: House) -> None:
    """As when the line breaks; the browser itself stays connected, for the screens that follow."""
    page.evaluate("dispatchEvent(new Event('offline'))")
    page.locator("#offline-amount").press_sequentially("3850")


def _open_person(page: Page, house: House) -> None:
    with page.expect_response(lambda answer: "registration=" in answer.url):
        page.locator("#till a[href*='registration=']").last.click()
    page.wait_for_load_state("networkidle")


def _no_such_code(page: Page, house: House) -> None:
    page.locator("#till-query").fill("8F3K-2QZP-7XMA")
    page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    page.locator("#till").wait_for()


def _before_the_tap(page: Page, house: House) -> None:
    """As a preview sees it, or somebody whose browser runs no scripts; otherwise it goes on by itself."""
    page.add_init_script(
        "if (location.pathname.includes('/l/'))"
        " Object.defineProperty(document, 'visibilityState', {get: () => 'hidden'})"
    )
    page.goto(house.portal("l/nothing/"))
    page.wait_for_load_state("networkidle")


PORTAL_EMPTY = [
    Screen("membership-none", "membership/"),
    Screen("events-none", "events/"),
    Screen("challenges-none", "challenges/"),
    Screen("refer-none", "refer/"),
]
PORTAL = [
    Screen("home", "", is_key=True),
    Screen("home-club", "", "club"),
    Screen("offers", "offers/"),
    Screen("offer", "offers/", act=first_link("/offers/")),
    Screen("convert", "convert/"),
    Screen("vouchers", "vouchers/"),
    Screen("voucher", "vouchers/", act=first_link("/vouchers/")),
    Screen("statement", "statement/"),
    Screen("statement-club", "statement/", "club"),
    Screen("events", "events/", "club"),
    Screen("event", "events/{event}/", "club"),
    Screen("refer", "refer/", "club"),
    Screen("challenges", "challenges/", "club"),
    Screen("membership", "membership/", "club", is_key=True),
    Screen("account", "account/"),
    Screen("erase", "account/erase/"),
    Screen("how-it-works", "how-it-works/"),
    Screen("how-it-works-club", "how-it-works/", "club"),
]
PORTAL_DOORSTEP = [
    Screen("link", act=_before_the_tap),
    Screen("join", "join/?store=centro"),
    Screen("sign-in", "sign-in/"),
    Screen("missing", "gone/"),
]
COUNTER = [
    Screen("idle"),
    Screen("found", act=_counter_finds(None, ".till__who")),
    Screen("selling", act=_counter_sells),
    Screen("quote", act=_counter_quotes),
    Screen("lines", act=_counter_lists),
    Screen("quote-lines", act=_counter_quotes_lines),
    Screen("offline", act=_without_a_line),
    Screen("new", act=_counter_finds("+5511900000000", "[name=name]")),
    Screen("no-such-code", act=_no_such_code),
]
COUNTER_CLUB = [
    Screen("door", "events/{tonight}/", "club"),
    Screen("door-person", "events/{tonight}/", "club", act=_open_person),
    Screen("door-walk-in", "events/{tonight}/", "club", act=_walks_in),
]
COUNTER_PARTNER = [
    Screen("partner-idle"),
    Screen("partner-statement", "statement/"),
]
PUBLIC = [
    Screen("home"),
    Screen("sign-in", "sign-in/"),
    Screen("invitation", "invitation/"),
]
