"""Using a voucher beside django-oscar, and sixteen at once on one code that is good for one use."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from statistics import median
from uuid import uuid4

from benchmarks import house, oscar
from benchmarks.brand import World, open_again
from benchmarks.clients import Fleet
from benchmarks.oscar.process import NotFetched, fetch
from benchmarks.peers import Contestant, Figure, figures, side_by_side

RIVALS = 16
RACES = 20
OURS = "voucher use, our service"
PLACED = "voucher use, django-oscar: an order placed with it"
RECORDED = "voucher use, django-oscar: its check and record_usage alone"


def measured(world: World, *, rounds: int, seconds: float, postmaster: int | None) -> list[Figure]:
    """The uses in turn in each round, then the races. Where oscar cannot be fetched, only our own race."""
    owner = world.database.owner_url
    try:
        fetch()
    except NotFetched as error:
        print(f"django-oscar cannot be fetched, so our race stands alone: {error}", flush=True)
        return [_winners(OURS, _ours_raced(world))]
    address = oscar.made(owner, vouchers=len(world.codes), clients=world.clients)
    try:
        made = _rates(world, address, rounds=rounds, seconds=seconds, postmaster=postmaster)
        races = {
            PLACED: oscar.raced(address, "placed", rivals=RIVALS, races=RACES),
            RECORDED: oscar.raced(address, "recorded", rivals=RIVALS, races=RACES),
            OURS: _ours_raced(world),
        }
    finally:
        oscar.dropped(owner)
    return made + [_winners(name, uses) for name, uses in races.items()]


def _rates(world: World, address: str, *, rounds: int, seconds: float, postmaster: int | None) -> list[Figure]:
    def again() -> None:
        open_again(world)
        oscar.good_again(address)

    makers = {
        PLACED: ("benchmarks.oscar.shop:placed", address),
        RECORDED: ("benchmarks.oscar.shop:recorded", address),
        OURS: ("benchmarks.redemptions:through_service", world),
    }
    with contextlib.ExitStack() as open_fleets:
        contestants: dict[str, Contestant] = {}
        for name, (maker, given) in makers.items():
            again()  # every crew warms up when it comes
            fleet = Fleet(maker, given)
            open_fleets.callback(fleet.close)
            contestants[name] = fleet.run
        told = side_by_side(contestants, rounds=rounds, seconds=seconds, postmaster=postmaster, between=again)
    beside_orders = figures(told, "per s", {RECORDED: PLACED, OURS: PLACED})
    (beside_recording,) = figures({OURS: told[OURS], RECORDED: told[RECORDED]}, "per s", {OURS: RECORDED})[:1]
    return [*beside_orders, replace(beside_recording, name=f"{OURS}, the same rounds")]


def _winners(name: str, uses: list[int]) -> Figure:
    facts = {"races": uses, "fewest": min(uses), "most": max(uses)}
    return Figure(f"{name}: uses of one code, {RIVALS} at once", median(uses), "of 1", facts=facts)


def _ours_raced(world: World) -> list[int]:
    """So many rivals at once on one code of a single use, again and again: how many each code let through."""
    open_again(world)
    house.set_up(world.database.app_url)
    starts = [threading.Barrier(RIVALS) for _ in range(RACES)]
    with ThreadPoolExecutor(RIVALS) as pool:
        won = [pool.submit(_rival, world, starts) for _ in range(RIVALS)]
        return [sum(uses) for uses in zip(*(each.result() for each in won), strict=True)]


def _rival(world: World, starts: list[threading.Barrier]) -> list[int]:
    """What one of them wins, race by race."""
    from django.db import connection

    from benchmarks.redemptions import redeem
    from vouchers.errors import VoucherAlreadyRedeemed

    connection.ensure_connection()
    won = [0] * len(starts)
    try:
        for race, start in enumerate(starts):
            start.wait(30)
            with contextlib.suppress(VoucherAlreadyRedeemed):
                redeem(world, world.codes[race], uuid4().hex)
                won[race] = 1
    finally:
        connection.close()
    return won
