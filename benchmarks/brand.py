"""The brand that is measured: made through the services that everybody uses, then multiplied where that takes long."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from benchmarks.database import Database

SLUG = "bench"
BASIS_POINTS = 500
UNIT = "BRL"
OPENED_AT = datetime(2026, 1, 1, tzinfo=UTC)
VALUE_MINOR = 1000
COPIED_AT_ONCE = 500_000


@dataclass(frozen=True)
class World:
    """What the clients of a benchmark know. Plain values: it travels to other processes."""

    database: Database
    tenant: UUID
    store: UUID
    store_code: str
    program: UUID
    version: UUID
    coupon: UUID
    operator: UUID
    secret: str
    customers: tuple[UUID, ...]
    phones: tuple[str, ...]
    codes: tuple[str, ...]
    clients: int = 16

    def own_codes(self, place: int) -> tuple[str, ...]:
        """The vouchers of one client: no two clients share any."""
        return self.codes[place :: self.clients]


def make_world(database: Database, *, customers: int, vouchers: int, bystanders: int = 0) -> World:
    """A brand with one store, 5 % cashback, customers with a balance, and open vouchers of R$ 10.

    `bystanders` are open vouchers beside them that nobody uses: what a table of millions costs the others.
    """
    from programs.services import open_program
    from smartbis.kernel.people import Actor
    from smartbis.tenancy.services import add_store, create_api_key, open_tenant

    owner = Actor(kind="staff", role="owner", label="Owner")
    brand = open_tenant(slug=SLUG, name="Bench", default_area_code="11")
    store = add_store(tenant=brand.id, code="centro", name="Loja Centro")
    spec = {"effect": {"kind": "percentage", "basis_points": BASIS_POINTS}}
    program = open_program(
        tenant=brand.id, name="Cashback", kind="cashback", spec=spec, actor=owner, effective_at=OPENED_AT
    )
    if program.current is None:
        raise RuntimeError("the programme has no rule in force")
    _key, secret = create_api_key(tenant=brand.id, name="Till")
    phones = tuple(f"+55119{60_000_000 + number:08d}" for number in range(customers))
    people = enrolled(brand.id, store.id, phones)
    coupon, codes = _vouchers(database, brand.id, owner, vouchers)
    if bystanders:
        _stand_by(database, brand.id, codes[0], bystanders)
    return World(
        database=database,
        tenant=brand.id,
        store=store.id,
        store_code=store.code,
        program=program.id,
        version=program.current.id,
        coupon=coupon,
        operator=_key.id,
        secret=secret,
        customers=people,
        phones=phones,
        codes=codes,
    )


def enrolled(tenant: UUID, store: UUID, phones: tuple[str, ...]) -> tuple[UUID, ...]:
    """Customers with these phones who consented and bought once, so that nobody's first balance is made in a round."""
    from smartbis.customers.infos import ConsentGiven, CustomerDraft, Origin
    from smartbis.customers.services import enrol_in_bulk

    consents = ConsentGiven(utility=True, marketing=False, text_version="1")
    drafts = [CustomerDraft(key=each, name=f"Cliente {each[-5:]}", phone=each, consents=consents) for each in phones]
    found: dict[str, UUID] = {}
    for start in range(0, len(drafts), 1000):
        chunk = drafts[start : start + 1000]
        found |= enrol_in_bulk(tenant=tenant, drafts=chunk, origin=Origin(channel="import"))
    people = tuple(found[each] for each in phones)
    _open_balances(tenant, store, people)
    return people


def _open_balances(tenant: UUID, store: UUID, people: tuple[UUID, ...]) -> None:
    """One sale each."""
    from programs.services import record_sales
    from smartbis.purchases.infos import SaleDraft

    sales = [
        SaleDraft(customer=each, store=store, amount_minor=10_000, currency=UNIT, external_id=f"first-{number}")
        for number, each in enumerate(people)
    ]
    for start in range(0, len(sales), 1000):
        results = record_sales(tenant=tenant, sales=sales[start : start + 1000], publish=False)
        if any(each.error for each in results):
            raise RuntimeError("a first sale was refused")


def _vouchers(database: Database, tenant: UUID, owner: Any, number: int) -> tuple[UUID, tuple[str, ...]]:
    """One voucher issued by the service, and its row copied under new names: they are alike to the last column."""
    from smartbis.kernel.codes import new_code, new_token
    from smartbis.kernel.ids import new_id
    from vouchers.infos import CouponDraft
    from vouchers.services import create_coupon, issue_voucher

    draft = CouponDraft(name="Dez reais", kind="amount", value_minor=VALUE_MINOR)
    coupon = create_coupon(tenant=tenant, draft=draft, actor=owner)
    first = issue_voucher(tenant=tenant, customer=None, coupon=coupon.id, origin="manual", key="first", actor=owner)
    codes = tuple({new_code() for _ in range(number)})
    with database.as_owner() as connection:
        connection.execute(
            _copying(connection, "unnest(%s::uuid[], %s::text[], %s::text[])"),
            [[new_id() for _ in codes], list(codes), [new_token() for _ in codes], tenant, first.code],
        )
    return coupon.id, codes


def _stand_by(database: Database, tenant: UUID, code: str, number: int) -> None:
    """Copy a voucher so many times, under names that are spread over the indexes as drawn ones are."""
    names = (
        "(SELECT gen_random_uuid(), reverse(lpad(i::text, 12, '0')), reverse(lpad(i::text, 26, '0')) "
        "FROM generate_series(%s::bigint, %s::bigint) AS i)"
    )
    with database.filling("vouchers_voucher") as connection:
        for start in range(0, number, COPIED_AT_ONCE):
            last = min(start + COPIED_AT_ONCE, number) - 1
            connection.execute(_copying(connection, names), [start, last, tenant, code])


def _copying(connection: Connection[Any], names: str) -> str:
    """The statement that copies the voucher of a tenant and code under other `names` (id, code, token)."""
    asked = "SELECT column_name FROM information_schema.columns WHERE table_name = 'vouchers_voucher'"
    columns = [row[0] for row in connection.execute(asked)]
    own = {"id": "n.id", "code": "n.code", "qr_token": "n.token", "key": "n.code"}
    return (
        f"INSERT INTO vouchers_voucher ({', '.join(columns)}) "
        f"SELECT {', '.join(own.get(column, f'v.{column}') for column in columns)} "
        f"FROM vouchers_voucher v, {names} AS n(id, code, token) WHERE v.tenant_id = %s AND v.code = %s"
    )


def open_again(world: World) -> None:
    """Make every used voucher good again, so that a round never runs out of them."""
    with world.database.as_owner() as connection:
        connection.execute(
            "UPDATE vouchers_voucher SET status = 'issued', uses_left = uses_total, used_at = NULL "
            "WHERE tenant_id = %s AND status = 'redeemed'",
            [world.tenant],
        )
        connection.execute("VACUUM (ANALYZE) vouchers_voucher")
