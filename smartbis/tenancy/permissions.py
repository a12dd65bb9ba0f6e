"""Who may do what: one table of verbs and roles, and the reach of an actor."""

from uuid import UUID

from smartbis.kernel.errors import PermissionMissing
from smartbis.kernel.people import Actor
from smartbis.tenancy.errors import StoreUnknown

OWNER, MANAGER, ATTENDANT, OPERATOR, PARTNER, ANALYST = (
    "owner",
    "manager",
    "attendant",
    "operator",
    "partner",
    "analyst",
)
_LEAD = frozenset({OWNER, MANAGER})
_COUNTER = _LEAD | {OPERATOR, ATTENDANT}
_EVERYONE = frozenset({OWNER, MANAGER, ATTENDANT, OPERATOR, PARTNER, ANALYST})

VERBS: dict[str, frozenset[str]] = {
    "counter.use": _COUNTER | {PARTNER},
    "customer.find": _COUNTER | {PARTNER},
    "customer.enrol": _COUNTER | {PARTNER},
    "customer.list": _LEAD | {ATTENDANT, ANALYST},
    "customer.change": _LEAD | {ATTENDANT},
    "customer.erase": _LEAD,
    "customer.merge": _LEAD,
    "segment.see": _LEAD | {ATTENDANT, ANALYST},
    "segment.change": _LEAD,
    "customer.tag": _LEAD | {ATTENDANT},
    "sale.record": _COUNTER | {PARTNER},
    "sale.refund": _COUNTER,
    "sale.list": _LEAD | {ATTENDANT, ANALYST},
    "voucher.validate": _COUNTER | {PARTNER},
    "voucher.redeem": _COUNTER | {PARTNER},
    "voucher.reverse": _COUNTER | {PARTNER},
    "voucher.issue": _COUNTER,
    "voucher.cancel": _LEAD,
    "dashboard.see": _LEAD | {ATTENDANT, ANALYST},
    "program.see": _LEAD | {ANALYST},
    "program.change": _LEAD,
    "plan.see": _LEAD | {ATTENDANT, ANALYST},
    "plan.change": _LEAD,
    "plan.confirm": _LEAD | {ATTENDANT},
    "coupon.see": _LEAD | {ATTENDANT, ANALYST},
    "coupon.change": _LEAD,
    "referral.see": _LEAD | {ATTENDANT, ANALYST},
    "referral.change": _LEAD,
    "challenge.see": _LEAD | {ATTENDANT, ANALYST},
    "challenge.change": _LEAD,
    "event.see": _LEAD | {ATTENDANT, ANALYST},
    "event.change": _LEAD,
    "event.register": _COUNTER,
    "event.check_in": _COUNTER,
    "balance.adjust": _LEAD | {ATTENDANT},
    # Who is limited does not move the limit.
    "adjustment.limit": frozenset({OWNER}),
    "adjustment.see": _LEAD | {ATTENDANT, ANALYST},
    "store.see": _LEAD | {ANALYST},
    "store.change": _LEAD,
    "team.see": _LEAD,
    "team.change": frozenset({OWNER}),
    "key.see": _LEAD,
    "key.change": frozenset({OWNER}),
    "import.see": _LEAD | {ANALYST},
    "import.run": _LEAD,
    # Opening balances are value that nobody approves a second time.
    "import.balances": frozenset({OWNER}),
    "message.see": _LEAD | {ATTENDANT, ANALYST},
    "message.change": _LEAD,
    "report.see": _LEAD | {ANALYST},
    "statement.own": frozenset({PARTNER}),
    "ledger.see": _LEAD | {ANALYST},
    "ledger.check": _LEAD,
    "audit.see": _LEAD,
    "brand.change": _LEAD,
    "profile.see": _EVERYONE,
}


# What holds in every store of the brand, or adds them all up: not for who is limited to some.
_EVERYWHERE = frozenset({"program.change", "ledger.see", "ledger.check"})


def may(actor: Actor, verb: str) -> bool:
    """Whether the actor may do `verb` at all. System and platform may; API keys are judged by their scopes."""
    if actor.kind in ("system", "platform", "api_key"):
        return True
    reaches = actor.stores is None or verb not in _EVERYWHERE
    return actor.kind == "staff" and actor.role in VERBS[verb] and reaches


def require(actor: Actor, verb: str, *, store: UUID | None = None) -> None:
    """Raise PermissionMissing unless the actor may do `verb`, and StoreUnknown for a store out of reach."""
    if not may(actor, verb):
        raise PermissionMissing(verb=verb)
    if store is not None and actor.stores is not None and store not in actor.stores:
        raise StoreUnknown
