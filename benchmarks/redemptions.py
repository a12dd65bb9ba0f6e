"""Using a voucher: the service and HTTP, beside one statement and beside a bare loop with the same round trips."""

import contextlib
from collections.abc import Iterator
from itertools import cycle
from typing import Any
from uuid import uuid4

from benchmarks import house
from benchmarks.brand import World
from benchmarks.clients import Operation, Paced
from benchmarks.script import Facts, Line, learnt_by_heart, overheard, round_trips, say
from benchmarks.web import Till

AMOUNT_MINOR = 12_990
# Of every sixteen codes the last is nobody's own among the few clients that use vouchers beside a crowd.
SPARE = 15


def redeem(world: World, code: str, key: str) -> Any:
    """One use through the service, by the key of a till."""
    from smartbis.kernel.people import Actor
    from vouchers.services import redeem_voucher

    actor = Actor(kind="api_key", id=world.operator, label="Till", scopes=frozenset({"vouchers:redeem"}))
    return redeem_voucher(
        tenant=world.tenant, code=code, store=world.store, key=key, actor=actor, amount_minor=AMOUNT_MINOR
    )


def _codes(world: World, place: int) -> Iterator[str]:
    return cycle(world.own_codes(place))


def through_service(world: World, place: int) -> Operation:
    """A client that calls `redeem_voucher`, each time with a voucher that is still good."""
    house.set_up(world.database.app_url)
    codes = _codes(world, place)
    return lambda: redeem(world, next(codes), uuid4().hex)


def over_http(world: World, place: int) -> Operation:
    """A client that posts uses to the web server."""
    till, codes = Till(world.secret), _codes(world, place)
    body = {"store": world.store_code, "amount_minor": AMOUNT_MINOR}

    def operation() -> None:
        till.post(f"/api/v1/vouchers/{next(codes)}/redeem", body, key=uuid4().hex, expected=201)

    return operation


def validated_over_http(world: World, place: int) -> Operation:
    """A client that asks the web server whether vouchers may be used, and uses none."""
    till, codes = Till(world.secret), _codes(world, place)
    body = {"store": world.store_code, "amount_minor": AMOUNT_MINOR}
    return lambda: till.post(f"/api/v1/vouchers/{next(codes)}/validate", body, key=uuid4().hex, expected=200)


def paced_over_http(pace: tuple[World, float], place: int) -> Paced:
    """Uses, one each so many seconds."""
    world, every = pace
    return Paced(over_http(world, place), every)


def paced_validated_over_http(pace: tuple[World, float], place: int) -> Paced:
    """Questions, one each so many seconds."""
    world, every = pace
    return Paced(validated_over_http(world, place), every)


def refused_for_one(world: World, place: int) -> Operation:
    """A client that tries, with all others like it, a code that is used already."""
    return _refused(world, world.codes[SPARE])


def refused_for_each(world: World, place: int) -> Operation:
    """A client that tries a used code of its own."""
    return _refused(world, world.codes[SPARE + place * world.clients])


def _refused(world: World, code: str) -> Operation:
    house.set_up(world.database.app_url)
    from vouchers.errors import VoucherAlreadyRedeemed

    def operation() -> None:
        with contextlib.suppress(VoucherAlreadyRedeemed):  # the first try of a round uses it
            redeem(world, code, uuid4().hex)

    return operation


def script(world: World) -> tuple[list[Line], int]:
    """What `redeem_voucher` says to the database, and its round trips."""
    first, second, key = world.codes[0], world.codes[1], uuid4().hex
    redeem(world, first, uuid4().hex)
    heard = overheard(lambda: redeem(world, second, key))
    kept = {world.tenant, world.store, world.coupon, world.operator, _id_of(world, second)}
    names: dict[object, str] = {second: "code", key: "key"}
    return learnt_by_heart(heard, names=names, kept=kept), round_trips(heard)


def _id_of(world: World, code: str) -> Any:
    with world.database.as_owner() as connection:
        row = connection.execute("SELECT id FROM vouchers_voucher WHERE code = %s", [code]).fetchone()
    return row[0] if row else None


def bare_loop(given: tuple[World, list[Line]], place: int) -> Operation:
    """A client that says what the service says, with nothing but psycopg."""
    world, lines = given
    connection, codes = world.database.as_app(), _codes(world, place)

    def operation() -> None:
        facts: dict[object, object] = {"code": next(codes), "key": uuid4().hex}
        say(connection, lines, facts, _learn)

    return operation


def _learn(sql: str, rows: list[tuple[Any, ...]]) -> Facts:
    if "vouchers_redemption" in sql and not rows:
        raise RuntimeError("a voucher was not good any more: make more of them")
    return {}
