"""The permission matrix of the REST API."""

from tests.contracts.matrix_rows import API, EVERYONE, Row, customer_of

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
