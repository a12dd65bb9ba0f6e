"""The rooms, lowest first: what `docs/architecture.md` says, for tests that need it."""

ORDER: dict[str, int] = {
    "contenttypes": -1,
    "auth": 0,
    "sessions": 0,
    "tenancy": 1,
    "outbox": 2,
    "customers": 3,
    "purchases": 4,
    "ledger": 5,
    "vouchers": 6,
    "messaging": 6,
    "programs": 7,
    "insights": 8,
    "automations": 9,
    "assistant": 9,
    "dashboard": 10,
    "portal": 10,
    "api": 10,
}
