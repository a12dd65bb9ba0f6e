"""A machine that draws what two connections do to two brands at once, statement by statement, and what must hold after.

`VALUE_MACHINE_SECONDS` is for how long new runs are begun (20), `VALUE_MACHINE_SEED` the first seed (1). A failure
prints its seed and the shortest run that shows it; the same seed gives the same runs.
"""

import os
import secrets
import time
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, note, seed, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from programs.workers import gather_merged
from smartbis.kernel.clock import frozen
from smartbis.kernel.errors import DomainError
from smartbis.outbox.work import drain_queue
from tests.programs.holding import faults_of, value_of
from tests.programs.operations import OPERATIONS, Operation, Shop, later, open_shop
from tests.stepping import Killed, Rival, interleave

SECONDS = float(os.environ.get("VALUE_MACHINE_SECONDS", "20"))
FIRST_SEED = int(os.environ.get("VALUE_MACHINE_SEED", "1"))
RUNS_A_SEED = 3
_slugs = count(1)
NUMBERS = some.integers(0, 999_999)
WISHES = some.tuples(some.sampled_from(OPERATIONS), NUMBERS, NUMBERS, NUMBERS)
SIDES = some.integers(0, 1)


class ValueMachine(RuleBasedStateMachine):
    """Two brands that know nothing of each other, and whatever two tills, desks and workers may do at once."""

    @initialize()
    def open(self) -> None:
        number = next(_slugs)
        self.days = 0
        with frozen(later(0)):
            self.shops: list[Shop] = [open_shop(f"{name}-{number}", people=3) for name in ("aurora", "boreal")]
        self.done: list[tuple[Shop, Operation, Any]] = []

    @rule(side=SIDES, wish=WISHES)
    def alone(self, side: int, wish: tuple[str, int, int, int]) -> None:
        """One thing after the other."""
        operation = self.shops[side].operation(*wish)
        if operation is None:
            return
        before = value_of(self.shops[1 - side].brand)
        with frozen(later(self.days)):
            try:
                self._keep(self.shops[side], operation, operation.run())
            except DomainError as refusal:
                note(f"{operation.name}: {refusal.code}")
        self._holds(self.shops[side])
        assert value_of(self.shops[1 - side].brand) == before, "the other brand was touched"

    @rule(
        sides=some.sampled_from([(0, 0), (0, 0), (1, 1), (0, 1)]),
        first=WISHES,
        second=WISHES,
        turns=some.lists(SIDES, max_size=60),
        kill_at=some.none() | some.integers(0, 30),
    )
    def at_once(self, sides: Any, first: Any, second: Any, turns: list[int], kill_at: int | None) -> None:
        """Two transactions, their statements in an order that was drawn; the first perhaps dies on its way."""
        wishes = [
            (self.shops[side], self.shops[side].operation(*wish))
            for side, wish in zip(sides, (first, second), strict=True)
        ]
        (one, mine), (other, theirs) = wishes
        if mine is None or theirs is None:
            return
        untouched = [shop for shop in self.shops if shop not in (one, other)]
        before = [value_of(shop.brand) for shop in untouched]
        with frozen(later(self.days)):
            rivals = Rival(mine.name, mine.run), Rival(theirs.name, theirs.run)
            ring = interleave(*rivals, turns, kill_at=kill_at)
            for (shop, operation), rival in zip(((one, mine), (other, theirs)), rivals, strict=True):
                self._settle(shop, operation, rival)
        assert ring is None or "merge" in ring, f"a ring of locks: {ring}"  # a merge that loses runs again
        self._holds(*{id(shop): shop for shop in (one, other)}.values())
        assert [value_of(shop.brand) for shop in untouched] == before, "the other brand was touched"

    def _settle(self, shop: Shop, operation: Operation, rival: Rival) -> None:
        note(f"{operation.name}: {rival.error or 'done'}")
        if isinstance(rival.error, DomainError):
            return
        if isinstance(rival.error, Killed):
            try:  # whoever was not answered asks again
                self._keep(shop, operation, operation.run())
            except DomainError as refusal:
                note(f"{operation.name} again: {refusal.code}")
            return
        if rival.error is not None:
            raise rival.error
        self._keep(shop, operation, rival.result)

    @rule(which=NUMBERS)
    def again(self, which: int) -> None:
        """What was done is said again, and changes nothing."""
        if not self.done:
            return
        shop, operation, _ = self.done[which % len(self.done)]
        before = value_of(shop.brand)
        with frozen(later(self.days)):
            operation.run()
        assert value_of(shop.brand) == before, f"{operation.name} had an effect again"

    @rule()
    def a_day_later(self) -> None:
        """Subscribers and workers do all they have to."""
        self.days += 1
        with frozen(later(self.days)):
            drain_queue("relay")
        self._holds(*self.shops)

    def _keep(self, shop: Shop, operation: Operation, result: Any) -> None:
        operation.keep(result)
        if operation.repeats:
            self.done.append((shop, operation, result))

    def _holds(self, *shops: Shop) -> None:
        with frozen(later(self.days)):
            for shop in shops:
                gather_merged(tenant=shop.brand.id)
                faults = faults_of(shop.brand)
                assert not faults, faults


@pytest.mark.no_cover  # thousands of turns of what single tests go through
@pytest.mark.django_db(transaction=True)
def test_value_holds_whatever_two_connections_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "randbelow", lambda _: 0)  # which part of a counter is tried first
    end = time.monotonic() + SECONDS
    for number in count(FIRST_SEED):
        if time.monotonic() >= end:
            break
        print(f"VALUE_MACHINE_SEED={number}")
        run_state_machine_as_test(
            seed(number)(ValueMachine),
            settings=settings(
                max_examples=RUNS_A_SEED,
                stateful_step_count=25,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
                phases=(Phase.generate, Phase.shrink),
                print_blob=True,
            ),
        )
