"""What the demo lacks for its screens to be full: added through REST and the dashboard, to a house of one's own."""

from datetime import timedelta
from typing import Any

from playwright.sync_api import Page

from smartbis.kernel.clock import now
from tests.pictures.house import House

BASE = {"key": "base", "name": "Toda compra", "effect": {"kind": "percentage", "basis_points": 2000}}
RULES: dict[str, Any] = {
    "rules": [
        BASE,
        {
            "key": "tarde",
            "name": "Tardes em dobro",
            "effect": {"kind": "multiplier", "factor_bp": 20_000},
            "when": {"weekdays": [2, 3, 4], "hours": [["14:00", "17:00"]], "stores": ["vila-nova", "online"]},
            "stacking": {"mode": "best", "priority": 10},
        },
        {
            "key": "lavanderia",
            "name": "Edredons",
            "effect": {"kind": "fixed", "amount": 500},
            "when": {
                "categories": ["Lavanderia"],
                "payment_methods": ["pix"],
                "minimum_minor": 5_000,
                "segments": ["sumidos"],
                "birthday": "month",
                "from": "2026-11-01",
                "until": "2027-12-31",
            },
            "limits": {"times_per_customer": {"month": 2}, "per_rule": {"month": 50_000}, "budget_minor": 200_000},
            "hold_days": 7,
        },
    ],
    "spending": {"minimum_balance": 1_000, "maximum_share_bp": 5_000, "excluded_stores": ["farmacia"]},
}
ARRIVE = 3


def furnish(owner: Page, card: House, club: House) -> None:
    """Segments, tags, adjustments, rules with a notice and backtests for one brand; an event tonight for the other."""
    gone = {"name": "Sumidos", "kind": "filter", "filter": {"not_bought_for_days": 30}}
    for house in (card, club):
        house.call("segments", gone)
        people = house.call("customers?limit=40")["results"]
        for person in people[:3]:
            house.call(f"customers/{person['id']}/tags", {"tag": "VIP"})
    club_event(club)
    meet_in_one_number(card)
    issue_to_many(card)
    honour(card)
    wait_for_payment(card)
    adjust(owner, card)
    program = card.first("programs")["id"]
    told = {"text": "Às tardes, de terça a quinta, o cashback vale em dobro.", "days": 30}
    card.call(f"programs/{program}/versions", {"spec": RULES, "notice": told})
    start_backtest(card, 700)


def meet_in_one_number(house: House) -> None:
    """A customer takes the number that another one has: staff are asked whether they are one person."""
    name = house.tenant["name"]
    channel = next(each for each in house.play("channels")["results"] if each["display_name"] == name)
    taken, had = "+5511955550001", "+5511955550002"
    for phone, person in ((taken, "Helena Prado"), (had, "Lena Prado")):
        house.call("customers", {"phone": phone, "name": person, "consents": {"utility": True}})
    house.play("inbound", {"phone_number_id": channel["phone_number_id"], "from": had, "text": "Oi"})
    house.play("number", {"from": had, "to": taken})


def issue_to_many(house: House) -> None:
    """A campaign, and an order of vouchers for everybody."""
    told = {"name": "Natal", "goal": "Trazer de volta quem comprou no Natal passado"}
    campaign = house.call("campaigns", told)["id"]
    terms = {"kind": "amount", "value_minor": 2_000, "valid_days": 20, "campaign": campaign}
    coupon = house.call("coupons", {"name": "Presente de Natal", **terms})["id"]
    order = {"coupon": coupon, "audience": "everybody", "reason": "Campanha de Natal"}
    house.call("issuances", order)


def honour(house: House) -> None:
    """Vouchers that a partner's store honoured this month: some the brand pays, one the store bears, one undone."""
    terms = {"kind": "amount", "stores": ["farmacia"], "holder": "bearer"}
    paid = house.call("coupons", {"name": "Vale farmácia", "value_minor": 1_500, **terms})["id"]
    own = house.call("coupons", {"name": "Cortesia da casa", "value_minor": 800, "funded_by": "store", **terms})["id"]
    for number, person in enumerate(house.call("customers?limit=4")["results"]):
        wanted = {"customer": {"id": person["id"]}, "coupon": own if number == 0 else paid}
        code = house.call("vouchers", wanted)["code"]
        sale = {"store": "farmacia", "amount_minor": 6_400}
        used = house.call(f"vouchers/{code}/redeem", sale)
        if number == 1:
            house.call(f"redemptions/{used['id']}/reverse", {"reason": "Cliente desistiu"})


def wait_for_payment(house: House) -> None:
    """A sale whose payment has not come yet."""
    person = house.first("customers?limit=1")["id"]
    sale = {"customer": {"id": person}, "store": "centro", "amount_minor": 18_900, "external_id": "ESPERA-1"}
    house.call("purchases", sale | {"status": "pending"})


def club_event(club: House) -> None:
    """An event whose door is open now: some have come, some are awaited, one waits for a place."""
    starts = now() + timedelta(hours=2)
    place = {"place": "Sede, sala do mar", "store": "sede", "capacity": 9}
    event = club.call(
        "events",
        {
            "name": "Oficina de nós e cordas",
            "starts_at": starts.isoformat(),
            "ends_at": (starts + timedelta(hours=3)).isoformat(),
            **place,
        },
    )
    for number, person in enumerate(club.call("customers?limit=10")["results"]):
        made = club.call(f"events/{event['id']}/registrations", {"customer": {"id": person["id"]}})
        if number < ARRIVE:
            club.call(f"events/{event['id']}/check-ins", {"store": "sede", "registration": made["id"]})


def adjust(owner: Page, card: House) -> None:
    """A correction that the owner makes alone, and two that wait for a second person."""
    first, second, third = card.call("customers?limit=3")["results"]
    for person, amount in ((first, 4_500), (second, -1_200)):
        note = {"reason": "service_failure", "note": "Pedido 8812 chegou errado"}
        card.call(f"customers/{person['id']}/adjustments", {"unit": "BRL", "amount": amount, **note})
    owner.goto(card.dashboard(f"customers/{third['id']}/adjust/"))
    owner.locator("[name=amount]").fill("25,00")
    owner.locator("main form button[type=submit]").last.click()
    owner.wait_for_load_state()


def many_backtests(house: House) -> str:
    """Backtests in a row, so that the last still waits or runs when it is looked at; its id."""
    return [start_backtest(house, each) for each in (300, 400, 500, 600, 800)][-1]


def start_backtest(house: House, basis_points: int) -> str:
    """Another percentage tried on the last quarter's sales; its id."""
    program, today = house.first("programs")["id"], now().date()
    draft = {"rules": [BASE | {"effect": {"kind": "percentage", "basis_points": basis_points}}]}
    period = {"since": str(today - timedelta(days=90)), "until": str(today - timedelta(days=1))}
    return str(house.call(f"programs/{program}/backtests", {"spec": draft, **period})["id"])
