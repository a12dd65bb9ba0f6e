"""Work that waits: nothing stands in the way of what is behind it, and nothing that was asked for is forgotten."""

from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from messaging.services.webhooks import WEBHOOK_WORKER
from smartbis.kernel.clock import frozen, now
from smartbis.outbox import housekeeping, work
from smartbis.outbox.services import settle_history
from smartbis.outbox.subscriptions import CARRIER
from smartbis.outbox.work import LINGER_SECONDS, QUEUES, drain_queue, due_tenants, each_alone, request_work
from smartbis.tenancy.counters import attempts, hit
from smartbis.tenancy.models import RequestRecord
from smartbis.tenancy.once import KEPT_HOURS, fingerprint_of, run_once
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo


def test_one_failure_holds_up_nobody() -> None:
    done: list[int] = []

    def work(number: int) -> None:
        if number == 1:
            raise RuntimeError("poison")
        done.append(number)

    with pytest.raises(RuntimeError, match="poison"):
        each_alone([partial(work, number) for number in range(4)])
    assert done == [0, 2, 3]
    assert each_alone([lambda: 1, lambda: 2]) == [1, 2]


def test_settled_history_keeps_what_lies_ahead(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ahead = now() + timedelta(days=3)
    for brand in (aurora, boreal):
        with tenant_scope(brand.id):
            request_work(queue="bulk")
            request_work(queue="bulk", due_at=ahead)
    settle_history(tenant=aurora.id)
    assert due_tenants("bulk") == [boreal.id]
    with frozen(ahead):
        assert set(due_tenants("bulk")) == {aurora.id, boreal.id}


def test_every_tenant_gets_a_turn_once_an_hour(
    aurora: TenantInfo, boreal: TenantInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    instant = now() + timedelta(days=1)
    for hours, expected in ((0, len(QUEUES) * 2), (1, len(QUEUES) * 2)):
        with frozen(instant + timedelta(hours=hours)):
            assert housekeeping.give_everybody_a_turn() == expected
            monkeypatch.setattr(housekeeping, "_done", "")  # another scheduler's process
            assert housekeeping.give_everybody_a_turn() == 0
            for queue in QUEUES:
                assert set(due_tenants(queue)) == {aurora.id, boreal.id}


def test_answers_and_attempts_are_forgotten_when_their_time_is_over(aurora: TenantInfo, boreal: TenantInfo) -> None:
    instant = now()

    def ask(brand: TenantInfo, key: str) -> None:
        run_once(tenant=brand.id, key=key, operation="x", fingerprint=fingerprint_of("x", 1), work=lambda: (201, "Ana"))

    for brand in (aurora, boreal):
        ask(brand, "old")
        hit(tenant=brand.id, name="door", limit=5, window_seconds=60)
    with frozen(instant + timedelta(hours=KEPT_HOURS - 1)):
        ask(aurora, "young")
    with frozen(instant + timedelta(hours=KEPT_HOURS, seconds=1)):
        housekeeping.give_everybody_a_turn()
        drain_queue("bulk")
    for brand, kept in ((aurora, ["young"]), (boreal, [])):
        with tenant_scope(brand.id):
            assert list(RequestRecord.objects.values_list("key", flat=True)) == kept
        with frozen(instant):
            assert attempts(tenant=brand.id, name="door", window_seconds=60) == 0


def test_what_is_due_in_a_moment_is_waited_for(
    aurora: TenantInfo, boreal: TenantInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both brands' work comes before the drain ends; what lies a second ahead is the next sweep's."""
    turns: list[UUID] = []

    def counted(*, tenant: UUID) -> bool:
        turns.append(tenant)
        return False

    monkeypatch.setitem(work._workers, "send", [counted])
    at = now()
    for brand, ahead in ((aurora, 0.15), (boreal, 0.25)):
        with tenant_scope(brand.id):
            request_work(queue="send", due_at=at + timedelta(seconds=ahead))
            request_work(queue="send", due_at=at + timedelta(seconds=5))
    assert drain_queue("send") == 0
    assert drain_queue("send", linger=LINGER_SECONDS) == 2
    assert turns == [aurora.id, boreal.id]


def test_a_wake_up_that_names_its_worker_calls_no_other(
    aurora: TenantInfo, boreal: TenantInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns: list[tuple[str, UUID]] = []
    left = {"first": 2, "second": 0}

    def first(*, tenant: UUID) -> bool:
        turns.append(("first", tenant))
        left["first"] -= 1
        return left["first"] > 0

    def second(*, tenant: UUID) -> bool:
        turns.append(("second", tenant))
        return False

    monkeypatch.setitem(work._workers, "send", [first, second])
    with tenant_scope(aurora.id):
        request_work(queue="send", worker="first")
        request_work(queue="send", worker="first")
    drain_queue("send")
    assert turns == [("first", aurora.id)] * 2  # it had more to do, and it alone was asked again
    turns.clear()
    for worker in ("", "gone with the last version"):
        with tenant_scope(boreal.id):
            request_work(queue="send", worker=worker)
        drain_queue("send")
        assert turns == [("first", boreal.id), ("second", boreal.id)]
        turns.clear()


def test_what_fails_comes_back_and_the_others_need_not(
    aurora: TenantInfo, boreal: TenantInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns: list[str] = []

    def breaks(*, tenant: UUID) -> bool:
        turns.append("breaks")
        raise RuntimeError

    def works(*, tenant: UUID) -> bool:
        turns.append("works")
        return False

    monkeypatch.setitem(work._workers, "send", [breaks, works])
    at = now()
    with tenant_scope(aurora.id):
        request_work(queue="send")
    with tenant_scope(boreal.id):
        request_work(queue="send", worker="works")
    drain_queue("send")
    assert sorted(turns) == ["breaks", "works", "works"]
    with frozen(at + timedelta(seconds=11)):
        assert due_tenants("send") == [aurora.id]
        assert drain_queue("send", seconds=0.5) >= 1
    assert sorted(turns) == ["breaks", "breaks", "works", "works"]


def test_every_name_that_is_given_is_a_workers() -> None:
    names = {each.__name__ for each in work._workers["relay"]}  # type: ignore[attr-defined]
    assert {CARRIER, WEBHOOK_WORKER} <= names


def test_a_drain_whose_time_is_over_asks_for_the_next(
    aurora: TenantInfo, boreal: TenantInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    poked: list[str] = []
    monkeypatch.setattr(work, "_poke", poked.append)
    monkeypatch.setitem(work._workers, "send", [lambda *, tenant: tenant == aurora.id])
    for brand in (aurora, boreal):
        with tenant_scope(brand.id):
            request_work(queue="send", due_at=now() + timedelta(milliseconds=1))
    drain_queue("send", seconds=0.1, linger=LINGER_SECONDS)  # Aurora's worker always has more
    assert poked == ["send"]
    monkeypatch.setitem(work._workers, "send", [lambda *, tenant: False])
    drain_queue("send", seconds=5)
    assert poked == ["send"]
