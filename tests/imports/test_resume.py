"""A worker may die anywhere: the file goes on where the last commit was, once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from programs.imports import commits, get_import, runner, undo_import, work_off
from programs.imports import purchases as chunking
from programs.imports.reading import Row
from programs.models import ImportBatch
from smartbis.kernel.clock import frozen, now
from smartbis.outbox.work import drain_queue
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor
from tests.imports.independent import balances as independent
from tests.imports.loading import finish, held, load, noted, start, take_back, zipped
from tests.imports.test_online_retail import EXCERPT
from tests.racing import race


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every sale is a chunk of its own."""
    monkeypatch.setattr(chunking, "SALES_A_CHUNK", 1)


class Killed(BaseException):
    """What kills a worker is no exception it could handle."""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("after", range(12))
def test_a_killed_import_goes_on_and_comes_to_the_same(
    after: int, small_chunks: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from tests.imports.loading import make_gift_shop

    gifts = make_gift_shop()
    info = start(gifts, zipped(EXCERPT), mapping="online-retail")
    advance, left = commits.advance, [after]

    def dying(*args: object, **given: object) -> None:
        advance(*args, **given)  # type: ignore[arg-type]
        left[0] -= 1
        if left[0] < 0:
            raise Killed

    monkeypatch.setattr(commits, "advance", dying)
    with pytest.raises(Killed):
        finish(gifts, info)
    monkeypatch.setattr(commits, "advance", advance)
    before = get_import(tenant=gifts.id, import_id=info.id)
    assert work_off(tenant=gifts.id, import_id=info.id)  # the dead worker's lease still holds
    assert get_import(tenant=gifts.id, import_id=info.id) == before
    from datetime import timedelta

    with frozen(now() + timedelta(seconds=commits.LEASE_SECONDS + 1)):
        done = finish(gifts, info)
    assert (done.status, done.rows_done, done.rows_failed, done.made, done.refunds) == ("done", 14, 1, 3, 4)
    path = tmp_path / "copy.csv.gz"
    path.write_bytes(zipped(EXCERPT))
    expected, _ = independent(path)
    assert {customer: held(gifts, customer) for customer in expected} == expected
    assert len(noted(gifts, done)) == 6


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_no_chunk(small_chunks: None) -> None:
    from tests.imports.loading import make_gift_shop

    gifts = make_gift_shop()
    info = start(gifts, zipped(EXCERPT), mapping="online-retail")
    race(*[lambda: runner.work_on_imports(tenant=gifts.id)] * 4)
    done = finish(gifts, info)
    assert (done.status, done.rows_done, done.made, done.refunds) == ("done", 14, 3, 4)
    assert held(gifts, "501") == 400


@pytest.mark.django_db(transaction=True)
def test_the_queue_loads_what_was_started(data_dir: Path) -> None:
    from tests.imports.loading import make_gift_shop

    gifts = make_gift_shop()
    info = start(gifts, zipped(EXCERPT), mapping="online-retail")
    assert len(list((data_dir / "imports").iterdir())) == 1
    drain_queue("bulk")
    assert get_import(tenant=gifts.id, import_id=info.id).status == "done"
    assert list((data_dir / "imports").iterdir()) == []
    undo_import(tenant=gifts.id, import_id=info.id, actor=actor("owner"))
    drain_queue("bulk")
    assert get_import(tenant=gifts.id, import_id=info.id).status == "undone"
    assert held(gifts, "501") == 0


def test_chunks_of_one_sale_come_to_the_same(gifts: TenantInfo, small_chunks: None) -> None:
    info = load(gifts, zipped(EXCERPT), mapping="online-retail")
    assert (info.made, info.refunds, held(gifts, "501")) == (3, 4, 400)


def test_an_import_that_is_undone_while_it_runs_stops(
    gifts: TenantInfo, small_chunks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = start(gifts, zipped(EXCERPT), mapping="online-retail")
    advance = commits.advance

    def interrupted(*args: object, **given: object) -> None:
        advance(*args, **given)  # type: ignore[arg-type]
        monkeypatch.setattr(commits, "advance", advance)
        undo_import(tenant=gifts.id, import_id=info.id, actor=actor("owner"))

    monkeypatch.setattr(commits, "advance", interrupted)
    assert finish(gifts, info).status == "undone"
    assert held(gifts, "501") == 0
    again = load(gifts, zipped(EXCERPT), mapping="online-retail")
    assert (again.made, held(gifts, "501")) == (3, 400)


def test_a_file_that_is_gone_fails_in_words(gifts: TenantInfo, data_dir: Path) -> None:
    info = start(gifts, zipped(EXCERPT), mapping="online-retail")
    for path in (data_dir / "imports").iterdir():
        path.unlink()
    failed = finish(gifts, info)
    assert (failed.status, failed.failure) == ("failed", "file_gone")
    assert failed.failure_sentence
    assert take_back(gifts, failed).status == "undone"


def test_what_kills_every_worker_ends_as_failed(gifts: TenantInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    info = start(gifts, zipped(EXCERPT), mapping="online-retail")
    with tenant_scope(gifts.id):
        ImportBatch.objects.update(attempts=runner.MOST_ATTEMPTS)
    failed = finish(gifts, info)
    assert (failed.status, failed.failure, held(gifts, "501")) == ("failed", "internal", 0)


def test_a_row_the_database_refuses_stops_nobody_else(gifts: TenantInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import DataError

    settling = chunking.Purchases.settling

    def picky(self: chunking.Purchases, rows: list[Row]) -> chunking.Work:
        work = settling(self, rows)

        def refuse(_before_awards: Callable[[], None]) -> None:
            raise DataError("no")

        return refuse if any(row.cells[0] == "1002" for row in rows) else work

    monkeypatch.setattr(chunking.Purchases, "settling", picky)
    from tests.imports.loading import refused

    info = load(gifts, zipped(EXCERPT), mapping="online-retail")
    assert (5, "row_refused") in refused(gifts, info)
    assert (info.made, info.rows_done, info.rows_failed) == (2, 14, 3)
