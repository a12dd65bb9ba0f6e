"""The dashboard's screens by name: the empty ones first, before the house is furnished."""

import io

from PIL import Image
from playwright.sync_api import Page

from tests.pictures.furnish import many_backtests
from tests.pictures.house import House
from tests.pictures.screens import Screen, first_link


def _without_rules(page: Page, house: House) -> None:
    page.locator("[name=do][value='remove:0']").click()
    page.locator("#rule-0").wait_for(state="detached")


def _with_faults(page: Page, house: House) -> None:
    page.locator("[name=r0-percent]").fill("")
    page.locator("[name=r1-mode][value=exclusive]").evaluate("(choice) => { choice.checked = true }")
    page.locator("[name=do][value=publish]").click()
    page.locator("#editor .field__error, #editor .errorlist").first.wait_for()


def _try_a_sale(page: Page, house: House) -> None:
    page.locator("summary", has_text="Experimentar").or_(page.locator("summary", has_text="Try")).click()
    page.locator("[name=do][value=try]").click()
    page.locator("#trial-result").wait_for()
    page.wait_for_load_state("networkidle")


def _conditions(page: Page, house: House) -> None:
    for name in ("stores", "time", "items", "groups", "payment"):
        page.locator("#rule-0 .rule__menu summary").click()
        page.locator(f"[name=do][value='condition:0:{name}']").click()
        page.locator(f"#condition-0-{name}").wait_for()


def _reads_as_an_offer(page: Page, house: House) -> None:
    """What Meta would refuse, and what it would call an advertisement."""
    page.locator("[name=body]").fill("{first_name}, só hoje 20% de desconto na loja! Aproveite, café por R$ 9,90.")
    page.locator("#preview .findings").last.wait_for()
    page.locator("[name=do][value=submit]").click()
    page.locator(".errorlist").first.wait_for()
    page.wait_for_load_state("networkidle")


def _a_picture_and_ten_buttons(page: Page, house: House) -> None:
    """All that a template may have: a file on top, and buttons of every kind."""
    page.locator("[name=header_kind]").select_option("image")
    picture = io.BytesIO()
    Image.linear_gradient("L").resize((640, 360)).save(picture, "PNG")
    page.locator("[name=file]").set_input_files(
        {"name": "vitrine.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    )
    phone = {"kind": "phone", "text": "Ligar", "value": "+551133334444"}
    address = {"kind": "address", "text": "Ver o cardápio", "value": "https://loja.example/cardapio"}
    code = {"kind": "copy", "value": "{code}"}
    replies = [{"kind": "reply", "text": f"Resposta {number}"} for number in range(1, 7)]
    for row, button in enumerate([address, phone, code, *replies], start=1):
        page.locator(f"[name=b{row}_kind]").select_option(button["kind"])
        for part in ("text", "value"):
            if part in button:
                page.locator(f"[name=b{row}_{part}]").fill(button[part])
    page.locator("#preview .phone-message__buttons--more li").nth(7).wait_for()
    page.locator("#preview img").wait_for()


def _look_up_a_used_one(page: Page, house: House) -> None:
    """Found by its code; the use at the shop can be taken back."""
    person = house.first("customers?limit=4")
    terms = {"kind": "amount", "value_minor": 1_200, "holder": "bearer"}
    coupon = house.call("coupons", {"name": "Vale balcão", **terms})["id"]
    code = house.call("vouchers", {"customer": {"id": person["id"]}, "coupon": coupon})["code"]
    house.call(f"vouchers/{code}/redeem", {"store": "centro", "amount_minor": 5_900, "external_id": f"V-{code}"})
    page.locator("[name=code]").fill(code)
    page.locator("main form button[type=submit]").click()
    page.locator("details.confirm summary").first.click()


def _running(page: Page, house: House) -> None:
    page.goto(house.dashboard(f"backtests/{many_backtests(house)}/"))


DESK_EMPTY = [
    Screen("customers-none", "customers/?search=zzzz"),
    Screen("segments-none", "segments/"),
    Screen("plans-none", "plans/"),
    Screen("plan-members-none", "plans/members/"),
    Screen("tiers-none", "tiers/"),
    Screen("adjustments-none", "adjustments/"),
    Screen("events-none", "events/"),
    Screen("challenges-none", "challenges/"),
    Screen("referrals-none", "referrals/"),
    Screen("imports-none", "imports/"),
    Screen("campaigns-none", "campaigns/"),
    Screen("backtests-none", "programs/{program}/backtests/"),
    Screen("overview-new", "", "new", is_key=True),
    Screen("customers-new", "customers/", "new"),
    Screen("sales-new", "sales/", "new"),
    Screen("programs-new", "programs/", "new"),
    Screen("coupons-new", "coupons/", "new"),
    Screen("messages-new", "messages/", "new"),
    Screen("channel-new", "messages/channel/", "new"),
    Screen("costs-new", "messages/costs/", "new"),
    Screen("merge-proposals-new", "customers/merges/", "new"),
    Screen("report-new", "reports/", "new"),
    Screen("ledger-new", "ledger/", "new"),
    Screen("stores-new", "stores/", "new"),
    Screen("keys-new", "keys/", "new"),
]
RULES = [
    Screen("presets", "programs/new/", is_key=True),
    Screen("rules-empty", "programs/new/rules/?preset=blank-cashback", act=_without_rules),
    Screen("rules-preset", "programs/new/rules/?preset=restaurant"),
    Screen("rules-points", "programs/new/rules/?preset=club"),
    Screen("rules-conditions", "programs/new/rules/?preset=services", act=_conditions),
    Screen("rules-full", "programs/{program}/rules/", is_key=True),
    Screen("rules-faults", "programs/new/rules/?preset=shop", act=_with_faults),
    Screen("rules-trial", "programs/{program}/rules/", act=_try_a_sale),
    Screen("program", "programs/{program}/"),
    Screen("program-club", "programs/{program}/", "club"),
    Screen("program-simple", "programs/{program}/change/", "club"),
    Screen("backtests", "programs/{program}/backtests/"),
    Screen("backtest", "backtests/{backtest}/"),
    Screen("backtest-running", act=_running),
]
DESK = [
    Screen("overview", is_key=True),
    Screen("overview-club", "", "club"),
    Screen("customers", "customers/"),
    Screen("customer", "customers/{customer}/"),
    Screen("customer-club", "customers/{customer}/", "club"),
    Screen("customer-change", "customers/{customer}/change/"),
    Screen("customer-adjust", "customers/{customer}/adjust/"),
    Screen("customer-erase", "customers/{customer}/erase/"),
    Screen("merge-search", "customers/{customer}/merge/?search=a"),
    Screen("merge", "customers/{customer}/merge/?other={other}"),
    Screen("segments", "segments/"),
    Screen("segment", "segments/of/sumidos/"),
    Screen("segment-form", "segments/new/?preset=gone"),
    Screen("segment-list-form", "segments/new-list/"),
    Screen("sales", "sales/"),
    Screen("sale", "sales/{purchase}/"),
    Screen("sale-waiting", "sales/{waiting}/"),
    Screen("programs", "programs/"),
    Screen("plans", "plans/", "club"),
    Screen("plan-form", "plans/new/"),
    Screen("plan-change", "plans/{plan}/change/", "club"),
    Screen("plan-members", "plans/members/", "club"),
    Screen("customer-plan", "customers/{customer}/plans/", "club"),
    Screen("tiers", "tiers/", "club"),
    Screen("tier-members", "tiers/onda/members/", "club"),
    Screen("tiers-form", "tiers/change/", "club"),
    Screen("tiers-form-new", "tiers/change/"),
    Screen("vouchers", "vouchers/"),
    Screen("voucher", "customers/{customer}/", act=first_link("/vouchers/")),
    Screen("voucher-used", "vouchers/", act=_look_up_a_used_one),
    Screen("coupons", "coupons/"),
    Screen("coupon", "coupons/{coupon}/"),
    Screen("coupon-form", "coupons/new/"),
    Screen("coupon-change", "coupons/{coupon}/change/"),
    Screen("coupon-reach", "coupons/{coupon}/reach/"),
    Screen("coupon-card", "coupons/{coupon}/card/"),
    Screen("coupon-codes", "coupons/{coupon}/codes/"),
    Screen("issuance-form", "coupons/{coupon}/issue/"),
    Screen("issuance", "issuances/{issuance}/"),
    Screen("campaigns", "campaigns/"),
    Screen("campaign-form", "campaigns/new/"),
    Screen("events", "events/", "club"),
    Screen("event", "events/{event}/", "club"),
    Screen("event-tonight", "events/{tonight}/", "club"),
    Screen("event-form", "events/new/", "club"),
    Screen("event-change", "events/{event}/change/", "club"),
    Screen("referrals", "referrals/", "club"),
    Screen("challenges", "challenges/", "club"),
    Screen("challenge", "challenges/{challenge}/", "club"),
    Screen("challenge-form", "challenges/new/"),
    Screen("messages", "messages/"),
    Screen("templates", "messages/templates/"),
    Screen("template", "messages/templates/one/?template=voucher_issued"),
    Screen("template-form", "messages/templates/write/?template=voucher_issued&language=pt_BR", is_key=True),
    Screen("template-form-faults", "messages/templates/write/?template=welcome&language=pt_BR", act=_reads_as_an_offer),
    Screen(
        "template-form-full",
        "messages/templates/write/?template=voucher_issued&language=pt_BR",
        act=_a_picture_and_ten_buttons,
    ),
    Screen("channel", "messages/channel/"),
    Screen("merge-proposals", "customers/merges/"),
    Screen("costs", "messages/costs/"),
    Screen("sending-rules", "messages/rules/"),
    Screen("report", "reports/"),
    Screen("voucher-report", "reports/vouchers/?period=365", is_key=True),
    Screen("voucher-report-store", "reports/vouchers/?period=90&by=store"),
    Screen("voucher-report-none", "reports/vouchers/?campaign=00000000-0000-4000-8000-000000000000"),
    Screen("statements", "reports/partners/"),
    Screen("import-form", "imports/new/"),
    Screen("stores", "stores/"),
    Screen("team", "team/"),
    Screen("member-form", "team/new/"),
    Screen("keys", "keys/"),
    Screen("key-form", "keys/new/"),
    Screen("settings", "settings/"),
    Screen("ledger", "ledger/"),
    Screen("ledger-closes", "ledger/closes/"),
    Screen("ledger-liability", "ledger/liability/"),
    Screen("ledger-liability-club", "ledger/liability/", "club"),
    Screen("adjustments", "adjustments/"),
    Screen("adjustment-limits", "adjustments/limits/"),
    Screen("audit", "audit/"),
]
