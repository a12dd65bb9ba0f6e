"""The permission matrix: one row for each route of the web process, or the suite fails.

To add a route, add its row, here, in `matrix_rest` or in `matrix_desk`: the route as the resolver knows it, and for
each method who may. A path argument that is new needs a value in `tests/contracts/world.py` (`ids` or `names`); for a
body that names things by id give `body`, which is sent with the other brand's.
"""

from tests.contracts.matrix_desk import DASHBOARD_PAGES
from tests.contracts.matrix_rest import REST
from tests.contracts.matrix_rows import COUNTER, CUSTOMERS, EVERYONE, STAFF, TILL, Row
from tests.contracts.principals import ANONYMOUS, MUTE_KEY

PUBLIC = Row({"GET": EVERYONE}, is_public=True, any_method=True)
WIRING = {
    "healthz": PUBLIC,
    "readyz": PUBLIC,
    "metrics": PUBLIC,
    "media/<path:path>": PUBLIC,
    "i18n/setlang/": Row({"POST": EVERYONE}, is_public=True, any_method=True),
}
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
