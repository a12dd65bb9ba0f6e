"""The permission matrix: one row for each route of the web process, or the suite fails.

To add a route, add its row: the route as the resolver knows it, and for each method who may. A path argument that is
new needs a value in `tests/contracts/world.py` (`ids` or `names`); for a body that names things by id give `body`,
which is sent with the other brand's.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.contracts.principals import ANONYMOUS, CUSTOMER, KEY, MUTE_KEY, PRINCIPALS
from tests.contracts.world import World

Body = Callable[[World], Any]

EVERYONE = frozenset(PRINCIPALS)
API = frozenset({KEY})
CUSTOMERS = frozenset({CUSTOMER})
OWNER = frozenset({"owner"})
LEAD = OWNER | {"manager"}
COUNTER = LEAD | {"attendant", "operator"}
TILL = COUNTER | {"partner"}
STAFF = TILL | {"analyst"}
READERS = LEAD | {"attendant", "analyst"}


@dataclass(frozen=True)
class Row:
    """Who may call a route, by method.

    `is_public`: shows a brand to strangers, so that another brand's arguments are no offence; canaries that the brand
    itself publishes (its name, offers) may then appear. `any_method`: answers every method alike. `body` gives, by
    method, what to send with the ids of a world; without, an empty JSON object.
    """

    who: dict[str, frozenset[str]]
    is_public: bool = False
    any_method: bool = False
    body: dict[str, Body] = field(default_factory=dict)


def customer_of(world: World) -> dict[str, str]:
    """A reference by id."""
    return {"id": str(world.ids["customer"])}


PUBLIC = Row({"GET": EVERYONE}, is_public=True, any_method=True)
WIRING = {
    "healthz": PUBLIC,
    "readyz": PUBLIC,
    "metrics": PUBLIC,
    "media/<path:path>": PUBLIC,
    "i18n/setlang/": Row({"POST": EVERYONE}, is_public=True, any_method=True),
}
REST = {
    "api/v1/openapi.json": Row({"GET": EVERYONE}, is_public=True),
    "api/docs/": Row({"GET": EVERYONE}, is_public=True),
    "api/.*": Row({}, any_method=True),
    "webhooks/whatsapp/<str:channel>/": Row({"GET": frozenset(), "POST": frozenset()}),
    "api/v1/customers": Row({"GET": API, "POST": API}),
    "api/v1/customers/<uuid:customer>": Row({"GET": API, "PATCH": API, "DELETE": API}),
    "api/v1/customers/<uuid:customer>/tags": Row(
        {"GET": API, "POST": API, "DELETE": API}, body={"POST": lambda world: {"tag": "x"}}
    ),
    "api/v1/segments": Row({"GET": API, "POST": API}),
    "api/v1/segments/<slug:segment>": Row(
        {"GET": API, "PATCH": API, "DELETE": API}, body={"PATCH": lambda world: {"name": "x"}}
    ),
    "api/v1/segments/<slug:segment>/refresh": Row({"POST": API}),
    "api/v1/segments/<slug:segment>/members": Row(
        {"GET": API, "POST": API}, body={"POST": lambda world: {"customers": [customer_of(world)]}}
    ),
    "api/v1/segments/<slug:segment>/members/import": Row({"POST": API}, body={"POST": lambda world: {"lines": ["x"]}}),
    "api/v1/segments/<slug:segment>/members/<uuid:customer>": Row({"DELETE": API}),
    "api/v1/customers/<uuid:customer>/merge": Row(
        {"POST": API}, body={"POST": lambda world: {"from": customer_of(world)}}
    ),
    "api/v1/customers/<uuid:customer>/balances": Row({"GET": API}),
    "api/v1/customers/<uuid:customer>/statement": Row({"GET": API}),
    "api/v1/customers/<uuid:customer>/offers": Row({"GET": API}),
    "api/v1/customers/<uuid:customer>/adjustments": Row(
        {"POST": API},
        body={"POST": lambda world: {"unit": "points", "amount": 1, "reason": "goodwill"}},
    ),
    "api/v1/adjustments": Row({"GET": API}),
    "api/v1/adjustments/limits": Row({"GET": API}),
    # Two different people, and a limit that keys do not have at first: let in, and then refused.
    "api/v1/adjustments/<uuid:adjustment>/approve": Row({"POST": API}),
    "api/v1/adjustments/<uuid:adjustment>/refuse": Row({"POST": API}),
    "api/v1/purchases": Row(
        {"GET": API, "POST": API},
        body={
            "POST": lambda world: {
                "customer": customer_of(world),
                "store": "centro",
                "amount_minor": 100,
                "external_id": "x",
            }
        },
    ),
    "api/v1/purchases/batch": Row({"POST": API}),
    "api/v1/purchases/<uuid:purchase>": Row({"GET": API}),
    "api/v1/purchases/<uuid:purchase>/explanation": Row({"GET": API}),
    "api/v1/purchases/<uuid:purchase>/confirm": Row({"POST": API}),
    "api/v1/purchases/<uuid:purchase>/cancel": Row({"POST": API}),
    "api/v1/purchases/<uuid:purchase>/refunds": Row(
        {"POST": API}, body={"POST": lambda world: {"external_id": "x", "amount_minor": 1}}
    ),
    "api/v1/checkouts": Row(
        {"POST": API},
        body={"POST": lambda world: {"customer": customer_of(world), "store": "centro", "amount_minor": 100}},
    ),
    "api/v1/checkouts/<uuid:checkout>": Row({"GET": API}),
    "api/v1/checkouts/<uuid:checkout>/commit": Row({"POST": API}, body={"POST": lambda world: {"external_id": "x"}}),
    "api/v1/checkouts/<uuid:checkout>/cancel": Row({"POST": API}),
    "api/v1/participations": Row(
        {"POST": API},
        body={"POST": lambda world: {"customer": customer_of(world), "kind": "event", "external_id": "x"}},
    ),
    "api/v1/coupons": Row({"GET": API, "POST": API}),
    "api/v1/coupons/<uuid:coupon>": Row({"GET": API, "PATCH": API}, body={"PATCH": lambda world: {"name": "x"}}),
    "api/v1/coupons/<uuid:coupon>/codes": Row({"POST": API}, body={"POST": lambda world: {"codes": ["X-1"]}}),
    "api/v1/campaigns": Row({"GET": API, "POST": API}),
    "api/v1/campaigns/<uuid:campaign>": Row({"GET": API, "PUT": API}, body={"PUT": lambda world: {"name": "Campanha"}}),
    "api/v1/issuances": Row(
        {"GET": API, "POST": API},
        body={
            "POST": lambda world: {"coupon": str(world.ids["coupon"]), "audience": "everybody", "reason": "x"},
        },
    ),
    "api/v1/issuances/<uuid:issuance>": Row({"GET": API, "POST": API}, body={"POST": lambda world: {"do": "pause"}}),
    "api/v1/vouchers": Row(
        {"POST": API},
        body={"POST": lambda world: {"customer": customer_of(world), "coupon": str(world.ids["coupon"])}},
    ),
    "api/v1/vouchers/<str:code>": Row({"GET": API}),
    "api/v1/vouchers/<str:code>/validate": Row({"POST": API}, body={"POST": lambda world: {"store": "centro"}}),
    "api/v1/vouchers/<str:code>/redeem": Row({"POST": API}, body={"POST": lambda world: {"store": "centro"}}),
    "api/v1/vouchers/<str:code>/cancel": Row({"POST": API}, body={"POST": lambda world: {"reason": "x"}}),
    "api/v1/redemptions/<uuid:redemption>/reverse": Row({"POST": API}, body={"POST": lambda world: {"reason": "x"}}),
    "api/v1/programs": Row({"GET": API, "POST": API}),
    "api/v1/programs/presets": Row({"GET": API, "POST": API}),
    "api/v1/programs/try": Row({"POST": API}),
    "api/v1/programs/<uuid:program>": Row({"GET": API, "PATCH": API}, body={"PATCH": lambda world: {"status": "live"}}),
    "api/v1/programs/<uuid:program>/backtests": Row(
        {"GET": API, "POST": API},
        body={"POST": lambda world: {"spec": {}, "since": "2026-01-01", "until": "2026-01-31"}},
    ),
    "api/v1/backtests/<uuid:backtest>": Row({"GET": API}),
    "api/v1/backtests/<uuid:backtest>/customers.csv": Row({"GET": API}),
    "api/v1/backtests/<uuid:backtest>/differences.csv": Row({"GET": API}),
    "api/v1/backtests/<uuid:backtest>/stop": Row({"POST": API}),
    "api/v1/programs/<uuid:program>/versions": Row(
        {"POST": API}, body={"POST": lambda world: {"spec": {"effect": {"kind": "percentage", "basis_points": 100}}}}
    ),
    "api/v1/customers/<uuid:customer>/plans": Row(
        {"GET": API, "POST": API},
        body={"POST": lambda world: {"plan": world.names["plan"], "reason": "founder"}},
    ),
    "api/v1/customers/<uuid:customer>/plans/withdraw": Row(
        {"POST": API}, body={"POST": lambda world: {"origin": "grant:1", "reason": "xxx"}}
    ),
    "api/v1/customers/<uuid:customer>/tier": Row({"GET": API}),
    "api/v1/plans": Row({"GET": API, "POST": API}),
    "api/v1/plans/<str:plan>": Row({"GET": API, "PATCH": API}, body={"PATCH": lambda world: {"name": "x"}}),
    "api/v1/plans/<str:plan>/members": Row({"GET": API}),
    "api/v1/tiers": Row({"GET": API, "PUT": API}),
    "api/v1/tiers/<str:tier>/members": Row({"GET": API}),
    "api/v1/customers/<uuid:customer>/referral": Row({"GET": API, "POST": API}),
    "api/v1/customers/<uuid:customer>/challenges": Row(
        {"GET": API, "POST": API}, body={"POST": lambda world: {"challenge": str(world.ids["goal"])}}
    ),
    "api/v1/referrals": Row({"GET": API}),
    "api/v1/referrals/terms": Row({"GET": API, "PUT": API}),
    "api/v1/referrals/<uuid:referral>": Row({"GET": API}),
    "api/v1/referrals/<uuid:referral>/accept": Row({"POST": API}),
    "api/v1/referrals/<uuid:referral>/refuse": Row({"POST": API}),
    "api/v1/challenges": Row({"GET": API, "POST": API}),
    "api/v1/challenges/<uuid:goal>": Row({"GET": API, "PATCH": API}, body={"PATCH": lambda world: {"name": "x"}}),
    "api/v1/events": Row({"GET": API, "POST": API}),
    "api/v1/events/<uuid:gathering>": Row({"GET": API, "PATCH": API}, body={"PATCH": lambda world: {"name": "x"}}),
    "api/v1/events/<uuid:gathering>/cancel": Row({"POST": API}, body={"POST": lambda world: {"reason": "x"}}),
    "api/v1/events/<uuid:gathering>/registrations": Row(
        {"GET": API, "POST": API}, body={"POST": lambda world: {"customer": customer_of(world)}}
    ),
    "api/v1/events/<uuid:gathering>/check-ins": Row(
        {"POST": API},
        body={"POST": lambda world: {"store": "centro", "registration": str(world.ids["registration"])}},
    ),
    "api/v1/registrations/<uuid:registration>/cancel": Row({"POST": API}),
    "api/v1/registrations/<uuid:registration>/undo-check-in": Row({"POST": API}),
    "api/v1/imports": Row({"GET": API, "POST": API}),
    "api/v1/imports/<uuid:import_id>": Row({"GET": API}),
    "api/v1/imports/<uuid:import_id>/errors.csv": Row({"GET": API}),
    "api/v1/imports/<uuid:import_id>/undo": Row({"POST": API}),
    "api/v1/reports/returns": Row({"GET": API}),
    "api/v1/reports/liability": Row({"GET": API}),
    "api/v1/reports/daily-closes": Row({"GET": API}),
    "api/v1/reports/ledger-check": Row({"GET": API}),
    "api/v1/reports/vouchers": Row({"GET": API}),
    "api/v1/reports/partners": Row({"GET": API}),
    "api/v1/reports/message-costs": Row({"GET": API}),
    "api/v1/reports/message-costs/estimate": Row({"GET": API}),
    "api/v1/conversations": Row({"GET": API}),
    "api/v1/conversations/<uuid:conversation>/messages": Row({"GET": API}),
    "api/v1/messages": Row(
        {"POST": API},
        body={"POST": lambda world: {"conversation": str(world.ids["conversation"]), "text": "x"}},
    ),
}
# -- filled by who writes the screens ----------------------------------------------------------------------------
PUBLIC_PAGES: dict[str, Row] = {
    "": Row({"GET": EVERYONE}, is_public=True),
    "sign-in/": Row({"GET": EVERYONE, "POST": EVERYONE}, is_public=True),
    "after-sign-in/": Row({"GET": STAFF, "POST": STAFF}, body={"POST": lambda world: {"brand": str(world.brand.id)}}),
    "invitation/": Row({"GET": EVERYONE, "POST": EVERYONE}, is_public=True),
    "sign-out/": Row({"POST": EVERYONE}, is_public=True),
}
TILL_KEY = "0123456789AB"
COUNTER_PAGES: dict[str, Row] = {
    "counter/": Row({"GET": TILL}),
    "counter/search/": Row({"GET": TILL}),
    "counter/customers/": Row({"POST": TILL}),
    "counter/sales/": Row(
        {"POST": TILL},
        body={
            "POST": lambda world: {"key": TILL_KEY, "customer": str(world.ids["customer"]), "amount": "10,00"},
        },
    ),
    "counter/sales/lines/": Row({"POST": TILL}, body={"POST": lambda world: {"customer": str(world.ids["customer"])}}),
    # Of the brand's own store, which is out of the partner's reach; undoing is for who did it alone.
    "counter/sales/<uuid:purchase>/": Row({"GET": COUNTER}),
    "counter/sales/<uuid:purchase>/undo/": Row({}),
    "counter/queue/": Row({"POST": TILL}, body={"POST": lambda world: {"sales": []}}),
    "counter/offline/": Row({"GET": TILL}),
    "counter/worker.js": Row({"GET": TILL}),
    "counter/quotes/": Row(
        {"POST": COUNTER},
        body={"POST": lambda world: {"checkout": str(world.ids["checkout"]), "number": "x"}},
    ),
    "counter/quotes/commit/": Row(
        {"POST": COUNTER},
        body={"POST": lambda world: {"checkout": str(world.ids["checkout"]), "number": "x"}},
    ),
    "counter/quotes/cancel/": Row(
        {"POST": COUNTER},
        body={"POST": lambda world: {"checkout": str(world.ids["checkout"]), "number": "x"}},
    ),
    "counter/redemptions/": Row(
        {"POST": COUNTER}, body={"POST": lambda world: {"key": TILL_KEY, "code": world.names["code"]}}
    ),
    "counter/redemptions/<uuid:redemption>/undo/": Row({}),
    "counter/refunds/": Row({"GET": COUNTER, "POST": COUNTER}),
    "counter/events/": Row({"GET": COUNTER}),
    "counter/events/<uuid:gathering>/": Row({"GET": COUNTER}),
    "counter/events/<uuid:gathering>/check-ins/": Row(
        {"POST": COUNTER}, body={"POST": lambda world: {"registration": str(world.ids["registration"])}}
    ),
    "counter/events/<uuid:gathering>/walk-ins/": Row(
        {"POST": COUNTER},
        body={"POST": lambda world: {"key": TILL_KEY, "customer": str(world.ids["customer"]), "price": "0"}},
    ),
    "counter/events/<uuid:gathering>/check-ins/undo/": Row(
        {"POST": COUNTER}, body={"POST": lambda world: {"registration": str(world.ids["registration"])}}
    ),
    "counter/statement/": Row({"GET": frozenset({"partner"})}),
    "counter/store/": Row(
        {"GET": TILL, "POST": COUNTER}, body={"POST": lambda world: {"store": str(world.ids["store"])}}
    ),
}
DESK = "dashboard/"
ANALYSTS = LEAD | {"analyst"}
ATTENDANTS = LEAD | {"attendant"}
DASHBOARD_PAGES: dict[str, Row] = {
    DESK: Row({"GET": READERS}),
    f"{DESK}customers/": Row({"GET": READERS}),
    f"{DESK}customers/<uuid:customer>/": Row({"GET": READERS}),
    f"{DESK}customers/<uuid:customer>/change/": Row({"GET": ATTENDANTS, "POST": ATTENDANTS}),
    f"{DESK}customers/<uuid:customer>/consents/": Row({"POST": ATTENDANTS}),
    f"{DESK}customers/<uuid:customer>/vouchers/": Row({"POST": ATTENDANTS}),
    f"{DESK}customers/merges/": Row({"GET": LEAD}),
    f"{DESK}customers/merges/<uuid:proposal>/dismiss/": Row({"POST": LEAD}),
    f"{DESK}customers/<uuid:customer>/merge/": Row(
        {"GET": LEAD, "POST": LEAD}, body={"POST": lambda world: {"other": str(world.ids["customer"])}}
    ),
    f"{DESK}customers/<uuid:customer>/erase/": Row({"GET": LEAD, "POST": LEAD}),
    f"{DESK}customers/<uuid:customer>/plans/": Row({"GET": ATTENDANTS, "POST": ATTENDANTS}),
    f"{DESK}customers/<uuid:customer>/plans/withdraw/": Row({"POST": LEAD}),
    f"{DESK}plans/": Row({"GET": READERS}),
    f"{DESK}plans/new/": Row({"GET": LEAD, "POST": LEAD}),
    f"{DESK}plans/members/": Row({"GET": READERS}),
    f"{DESK}plans/<str:plan>/change/": Row({"GET": LEAD, "POST": LEAD}),
    f"{DESK}plans/<str:plan>/status/": Row({"POST": LEAD}),
    f"{DESK}tiers/": Row({"GET": READERS}),
    f"{DESK}tiers/change/": Row({"GET": LEAD, "POST": LEAD}),
    f"{DESK}tiers/<str:tier>/members/": Row({"GET": READERS}),
    f"{DESK}customers/<uuid:customer>/adjust/": Row({"GET": ATTENDANTS, "POST": ATTENDANTS}),
    f"{DESK}adjustments/": Row({"GET": READERS}),
    f"{DESK}adjustments/limits/": Row({"GET": OWNER, "POST": OWNER}),
    f"{DESK}adjustments/<uuid:adjustment>/approve/": Row({"POST": ATTENDANTS}),
    f"{DESK}adjustments/<uuid:adjustment>/refuse/": Row({"POST": ATTENDANTS}),
    f"{DESK}customers/<uuid:customer>/tags/": Row({"POST": ATTENDANTS}, body={"POST": lambda world: {"tag": "x"}}),
    f"{DESK}customers/<uuid:customer>/tags/remove/": Row(
        {"POST": ATTENDANTS}, body={"POST": lambda world: {"tag": "x"}}
    ),
    f"{DESK}segments/": Row({"GET": READERS}),
    f"{DESK}segments/new/": Row({"GET": LEAD, "POST": LEAD}),
    f"{DESK}segments/new-list/": Row({"GET": LEAD, "POST": LEAD}),
    f"{DESK}segments/count/": Row({"POST": LEAD}),
    f"{DESK}segments/of/<slug:segment>/": Row({"GET": READERS}),
    f"{DESK}segments/of/<slug:segment>/change/": Row({"GET": LEAD, "POST": LEAD}),
    f"{DESK}segments/of/<slug:segment>/add/": Row({"GET": LEAD, "POST": LEAD}),
    f"{DESK}segments/of/<slug:segment>/refresh/": Row({"POST": LEAD}),
    f"{DESK}segments/of/<slug:segment>/tag/": Row({"POST": LEAD}),
    f"{DESK}segments/of/<slug:segment>/delete/": Row({"POST": LEAD}),
    f"{DESK}segments/of/<slug:segment>/members.csv": Row({"GET": READERS}),
    f"{DESK}segments/of/<slug:segment>/members/<uuid:customer>/remove/": Row({"POST": LEAD}),
    f"{DESK}sales/": Row({"GET": READERS}),
    f"{DESK}sales/<uuid:purchase>/": Row({"GET": READERS}),
    f"{DESK}sales/<uuid:purchase>/refunds/": Row({"POST": ATTENDANTS}),
    f"{DESK}sales/<uuid:purchase>/decide/": Row({"POST": ATTENDANTS}),
    f"{DESK}programs/": Row({"GET": ANALYSTS}),
    f"{DESK}programs/new/": Row({"GET": LEAD, "POST": LEAD}),
    f"{DESK}programs/new/rules/": Row({"GET": LEAD, "POST": LEAD}),
    f"{DESK}programs/sentences/": Row({"POST": LEAD}),
    f"{DESK}programs/<uuid:program>/rules/": Row({"GET": LEAD, "POST": LEAD}),
    f"{DESK}programs/preview/": Row({"GET": LEAD}),
    f"{DESK}programs/<uuid:program>/": Row({"GET": ANALYSTS}),
    f"{DESK}programs/<uuid:program>/change/": Row({"GET": LEAD, "POST": LEAD}),
    f"{DESK}programs/<uuid:program>/backtests/": Row({"GET": ANALYSTS, "POST": LEAD}),
    f"{DESK}backtests/<uuid:backtest>/": Row({"GET": ANALYSTS}),
    f"{DESK}backtests/<uuid:backtest>/customers.csv": Row({"GET": ANALYSTS}),
    f"{DESK}backtests/<uuid:backtest>/differences.csv": Row({"GET": ANALYSTS}),
    f"{DESK}backtests/<uuid:backtest>/stop/": Row({"POST": LEAD}),
    f"{DESK}programs/<uuid:program>/notices/<uuid:notice>/": Row({"POST": LEAD}),
    f"{DESK}programs/<uuid:program>/status/": Row({"POST": LEAD}),
    f"{DESK}vouchers/": Row({"GET": READERS, "POST": READERS}),
    f"{DESK}vouchers/<uuid:voucher>/": Row({"GET": READERS}),
    f"{DESK}vouchers/<uuid:voucher>/cancel/": Row({"POST": LEAD}),
    f"{DESK}redemptions/<uuid:redemption>/reverse/": Row({"POST": ATTENDANTS}),
    f"{DESK}coupons/": Row({"GET": READERS}),
    f"{DESK}coupons/new/": Row({"GET": LEAD, "POST": LEAD}),
    f"{DESK}coupons/preview/": Row({"POST": LEAD}),
    f"{DESK}coupons/<uuid:coupon>/": Row({"GET": READERS}),
    f"{DESK}coupons/<uuid:coupon>/change/": Row({"GET": LEAD, "POST": LEAD}),
    f"{DESK}coupons/<uuid:coupon>/status/": Row({"POST": LEAD}),
    f"{DESK}coupons/<uuid:coupon>/copy/": Row({"POST": LEAD}),
    f"{DESK}coupons/<uuid:coupon>/reach/": Row({"GET": READERS}),
    f"{DESK}coupons/<uuid:coupon>/card/": Row({"GET": READERS}),
    f"{DESK}coupons/<uuid:coupon>/issue/": Row({"GET": LEAD, "POST": LEAD}),
    f"{DESK}coupons/<uuid:coupon>/codes/": Row({"GET": LEAD, "POST": LEAD}),
    f"{DESK}issuances/<uuid:issuance>/": Row({"GET": READERS}),
    f"{DESK}issuances/<uuid:issuance>/turn/": Row({"POST": LEAD}),
    f"{DESK}issuances/<uuid:issuance>/codes.csv": Row({"GET": LEAD}),
    f"{DESK}campaigns/": Row({"GET": READERS}),
    f"{DESK}campaigns/new/": Row({"GET": LEAD, "POST": LEAD}),
    f"{DESK}campaigns/<uuid:campaign>/": Row({"GET": LEAD, "POST": LEAD}),
    f"{DESK}referrals/": Row({"GET": READERS, "POST": LEAD}),
    f"{DESK}referrals/<uuid:referral>/decide/": Row({"POST": LEAD}),
    f"{DESK}challenges/": Row({"GET": READERS}),
    f"{DESK}challenges/new/": Row({"GET": LEAD, "POST": LEAD}),
    f"{DESK}challenges/<uuid:goal>/": Row({"GET": LEAD, "POST": LEAD}),
    f"{DESK}events/": Row({"GET": READERS}),
    f"{DESK}events/new/": Row({"GET": LEAD, "POST": LEAD}),
    f"{DESK}events/<uuid:gathering>/": Row({"GET": READERS}),
    f"{DESK}events/<uuid:gathering>/change/": Row({"GET": LEAD, "POST": LEAD}),
    f"{DESK}events/<uuid:gathering>/cancel/": Row({"POST": LEAD}),
    f"{DESK}events/<uuid:gathering>/list/": Row({"POST": ATTENDANTS}),
    f"{DESK}events/<uuid:gathering>/door/": Row({"POST": ATTENDANTS}),
    f"{DESK}events/<uuid:gathering>/list.csv": Row({"GET": READERS}),
    f"{DESK}messages/": Row({"GET": READERS}),
    f"{DESK}messages/templates/": Row({"GET": READERS}),
    f"{DESK}messages/templates/sync/": Row({"POST": LEAD}),
    f"{DESK}messages/templates/renew/": Row({"POST": LEAD}),
    f"{DESK}messages/templates/one/": Row({"GET": READERS}),
    f"{DESK}messages/templates/write/": Row({"GET": LEAD, "POST": LEAD}),
    f"{DESK}messages/templates/preview/": Row({"POST": LEAD}),
    f"{DESK}messages/templates/use/": Row({"POST": LEAD}),
    f"{DESK}messages/channel/": Row({"GET": READERS, "POST": LEAD}),
    f"{DESK}messages/channel/<uuid:number>/check/": Row({"POST": LEAD}),
    f"{DESK}messages/channel/<uuid:number>/test/": Row({"POST": LEAD}),
    f"{DESK}messages/costs/": Row({"GET": READERS, "POST": LEAD}),
    f"{DESK}messages/rules/": Row({"GET": READERS, "POST": LEAD}),
    f"{DESK}reports/vouchers/": Row({"GET": ANALYSTS}),
    f"{DESK}reports/partners/": Row({"GET": ANALYSTS}),
    f"{DESK}reports/": Row({"GET": ANALYSTS}),
    f"{DESK}imports/": Row({"GET": ANALYSTS}),
    f"{DESK}imports/new/": Row({"GET": LEAD, "POST": LEAD}),
    f"{DESK}imports/<uuid:import_id>/": Row({"GET": ANALYSTS}),
    f"{DESK}imports/<uuid:import_id>/errors.csv": Row({"GET": ANALYSTS}),
    f"{DESK}imports/<uuid:import_id>/undo/": Row({"POST": LEAD}),
    f"{DESK}stores/": Row({"GET": ANALYSTS, "POST": LEAD}),
    f"{DESK}stores/<uuid:store>/": Row({"GET": LEAD, "POST": LEAD}),
    f"{DESK}stores/<uuid:store>/activity/": Row({"POST": LEAD}),
    f"{DESK}team/": Row({"GET": LEAD}),
    f"{DESK}team/new/": Row({"GET": OWNER, "POST": OWNER}),
    f"{DESK}team/<uuid:member>/": Row({"GET": OWNER, "POST": OWNER}),
    f"{DESK}team/<uuid:member>/activity/": Row({"POST": OWNER}),
    f"{DESK}keys/": Row({"GET": LEAD}),
    f"{DESK}keys/new/": Row({"GET": OWNER, "POST": OWNER}),
    f"{DESK}keys/<uuid:key>/revoke/": Row({"POST": OWNER}),
    f"{DESK}settings/": Row({"GET": LEAD, "POST": LEAD}),
    f"{DESK}settings/till/": Row({"POST": LEAD}),
    f"{DESK}settings/tones/": Row({"GET": LEAD}),
    f"{DESK}ledger/": Row({"GET": LEAD, "POST": LEAD}),
    f"{DESK}ledger/closes/": Row({"GET": ANALYSTS, "POST": ANALYSTS}),
    f"{DESK}ledger/liability/": Row({"GET": ANALYSTS}),
    f"{DESK}audit/": Row({"GET": LEAD}),
}
PORTAL = "p/<slug:slug>/"
PORTAL_PAGE = Row({"GET": CUSTOMERS})
PORTAL_FORM = Row({"POST": CUSTOMERS})
STRANGERS_PAGE = Row({"GET": EVERYONE}, is_public=True)
# Without the cookie of a code that was asked for, these lead back to where one is asked for.
CODE_STEP = Row({})
PORTAL_PAGES: dict[str, Row] = {
    PORTAL: PORTAL_PAGE,
    f"{PORTAL}notices/<uuid:notice>/away/": PORTAL_FORM,
    f"{PORTAL}offers/": PORTAL_PAGE,
    f"{PORTAL}offers/<uuid:coupon>/": PORTAL_PAGE,
    f"{PORTAL}offers/<uuid:coupon>/take/": PORTAL_FORM,
    f"{PORTAL}convert/": Row({"GET": CUSTOMERS, "POST": CUSTOMERS}),
    f"{PORTAL}vouchers/": PORTAL_PAGE,
    f"{PORTAL}membership/": PORTAL_PAGE,
    f"{PORTAL}membership/<slug:plan>/points/": PORTAL_FORM,
    f"{PORTAL}vouchers/<uuid:voucher>/": PORTAL_PAGE,
    f"{PORTAL}i/<slug:code>/": Row({}),
    f"{PORTAL}l/<slug:token>/": Row({"GET": EVERYONE, "POST": EVERYONE}, is_public=True),
    f"{PORTAL}shop/": STRANGERS_PAGE,
    f"{PORTAL}refer/": Row({"GET": CUSTOMERS, "POST": CUSTOMERS}),
    f"{PORTAL}challenges/": PORTAL_PAGE,
    f"{PORTAL}challenges/<uuid:goal>/join/": PORTAL_FORM,
    f"{PORTAL}events/": PORTAL_PAGE,
    f"{PORTAL}events/<uuid:gathering>/": PORTAL_PAGE,
    f"{PORTAL}events/<uuid:gathering>/register/": PORTAL_FORM,
    f"{PORTAL}events/<uuid:gathering>/leave/": PORTAL_FORM,
    f"{PORTAL}statement/": PORTAL_PAGE,
    f"{PORTAL}account/": PORTAL_PAGE,
    f"{PORTAL}account/name/": PORTAL_FORM,
    f"{PORTAL}account/consents/": PORTAL_FORM,
    f"{PORTAL}account/saving/": PORTAL_FORM,
    f"{PORTAL}account/export/": PORTAL_FORM,
    f"{PORTAL}account/erase/": Row({"GET": CUSTOMERS, "POST": CUSTOMERS}),
    f"{PORTAL}join/": Row({"GET": EVERYONE, "POST": EVERYONE}, is_public=True),
    f"{PORTAL}join/finish/": CODE_STEP,
    f"{PORTAL}how-it-works/": STRANGERS_PAGE,
    f"{PORTAL}check/": Row({"GET": EVERYONE, "POST": EVERYONE}, is_public=True),
    f"{PORTAL}sign-in/": Row({"GET": EVERYONE, "POST": EVERYONE}, is_public=True),
    f"{PORTAL}sign-in/code/": CODE_STEP,
    f"{PORTAL}sign-in/resend/": CODE_STEP,
    f"{PORTAL}sign-out/": CODE_STEP,
    f"{PORTAL}language/": Row({"POST": EVERYONE}, is_public=True),
    f"{PORTAL}gone/": STRANGERS_PAGE,
    f"{PORTAL}manifest.webmanifest": STRANGERS_PAGE,
    f"{PORTAL}worker.js": STRANGERS_PAGE,
    f"{PORTAL}offline/": STRANGERS_PAGE,
    f"{PORTAL}icon-192.png": STRANGERS_PAGE,
    f"{PORTAL}icon-512.png": STRANGERS_PAGE,
}

MATRIX: dict[str, Row] = {**WIRING, **REST, **PUBLIC_PAGES, **COUNTER_PAGES, **DASHBOARD_PAGES, **PORTAL_PAGES}
WITHOUT_A_KEY = frozenset({ANONYMOUS, MUTE_KEY})
