"""Two processes on one file: what it comes to is what one process comes to, whoever of them dies."""

import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from django.db import connection

from programs.imports import ImportInfo, get_import, runner
from programs.imports import beside as beside_module
from programs.imports.beside import Companion
from programs.imports.commits import commit_chunk
from programs.imports.files import opened
from programs.imports.loading import _Loading, _Part
from programs.imports.purchases import Purchases
from programs.imports.reading import read_header, read_rows
from programs.imports.run import run_of
from programs.imports.turns import Line
from programs.models import Award
from programs.services import open_program
from smartbis.kernel.clock import frozen, now
from smartbis.ledger.selectors import check_ledger
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_brand
from tests.imports.loading import finish, start, take_back
from tests.stepping import Rival

pytestmark = pytest.mark.django_db(transaction=True)

SALES = 5_000
# What depends on the order: a customer's third sale, a cap for each, and a budget that ends in the middle of the file.
RULES = {
    "rules": [
        {"key": "base", "effect": {"kind": "percentage", "basis_points": 1000},
         "limits": {"per_customer": {"life": 9_000}}},
        {"key": "third", "effect": {"kind": "fixed", "amount": 700}, "when": {"purchases": {"from": 3, "until": 3}}},
        {"key": "launch", "effect": {"kind": "percentage", "basis_points": 300}, "limits": {"budget_minor": 300_000}},
    ]
}  # fmt: skip
_WORKER = """
import sys, tests.environment, os
os.environ["DJANGO_SETTINGS_MODULE"] = "smartbis.settings"
import django
django.setup()
from uuid import UUID
from programs.imports import beside, runner
from smartbis.outbox import work
work._poke = lambda queue: None
beside.ROWS_FOR_TWO = 0
while runner.work_on_imports(tenant=UUID(sys.argv[1])):
    pass
"""


@pytest.fixture
def on_this_database(monkeypatch: pytest.MonkeyPatch, data_dir: Path) -> None:
    """Processes of ours find the test's database and its files."""
    url = urlsplit(os.environ["DATABASE_URL"])
    monkeypatch.setenv("DATABASE_URL", url._replace(path=f"/{connection.settings_dict['NAME']}").geturl())
    monkeypatch.setenv("DATA_DIR", str(data_dir))


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch, on_this_database: None) -> list[int]:
    """A second process for any file, which is waited for; the numbers of the chunks that it takes."""
    taken: list[int] = []
    begun, takes = Companion.__init__, Companion.takes

    def begin(self: Companion, *given: Any) -> None:
        begun(self, *given)
        self.line.wait_for("ready")

    def noting(self: Companion, number: int, after: int) -> bool:
        is_theirs = takes(self, number, after)
        taken.extend([number] if is_theirs else [])
        return is_theirs

    monkeypatch.setattr(beside_module, "ROWS_FOR_TWO", 0)
    monkeypatch.setattr(Companion, "__init__", begin)
    monkeypatch.setattr(Companion, "takes", noting)
    return taken


def _brand(slug: str) -> TenantInfo:
    brand = make_brand(slug, slug.title())
    since = datetime(2025, 1, 1, tzinfo=UTC)
    open_program(tenant=brand.id, name="C", kind="cashback", spec=RULES, actor=actor("owner"), effective_at=since)
    return brand


def _file() -> str:
    """Sales of two hundred people, some of them said twice, far from each other."""
    chance, at = random.Random(7), datetime(2026, 1, 1, tzinfo=UTC)
    rows = [
        f"S{number},{(at + timedelta(minutes=number)).isoformat()},{chance.randrange(100, 9_000) / 100:.2f},centro,"
        f"{chance.randrange(200)}\n"
        for number in range(SALES)
    ]
    return "external_id,occurred_at,amount,store,customer_external_id\n" + "".join(rows + rows[10:20])


def _given(brand: TenantInfo) -> list[tuple[Any, ...]]:
    """Every award by its sale."""
    with tenant_scope(brand.id):
        fields = ("purchase__external_id", "rule_key", "granted", "facts__nth")
        return sorted(Award.objects.values_list(*fields), key=str)


def _expected(slug: str = "alone") -> tuple[ImportInfo, list[tuple[Any, ...]]]:
    """What one process comes to."""
    brand = _brand(slug)
    info = finish(brand, start(brand, _file()))
    return info, _given(brand)


def _assert_same(brand: TenantInfo, info: ImportInfo, expected: tuple[ImportInfo, list[tuple[Any, ...]]]) -> None:
    counts = ("status", "rows_done", "rows_repeated", "rows_failed", "made")
    assert [getattr(info, each) for each in counts] == [getattr(expected[0], each) for each in counts]
    assert _given(brand) == expected[1]
    assert check_ledger(tenant=brand.id).ok


def test_two_processes_come_to_what_one_comes_to(two: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    brand = _brand("both")
    info = finish(brand, start(brand, _file()))
    assert len(two) >= 2
    monkeypatch.setattr(beside_module, "ROWS_FOR_TWO", 10**9)
    _assert_same(brand, info, _expected())
    assert take_back(brand, info).status == "undone"
    assert check_ledger(tenant=brand.id).ok


@pytest.mark.parametrize("after", [1, 2])
def test_a_second_process_that_dies_leaves_its_chunk_to_the_worker(
    after: int, two: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    brand, says, child = _brand("both"), Line.say, []
    begun = Companion.__init__

    def begin(self: Companion, *given: Any) -> None:
        begun(self, *given)
        child.append(self._child)

    def say(self: Any, word: str, *numbers: int) -> None:
        says(self, word, *numbers)
        if word == "half" and len(two) == after:
            child[0].kill()

    monkeypatch.setattr(Companion, "__init__", begin)
    monkeypatch.setattr(Line, "say", say)
    info = finish(brand, start(brand, _file()))
    assert two
    monkeypatch.setattr(beside_module, "ROWS_FOR_TWO", 10**9)
    _assert_same(brand, info, _expected())


def test_a_chunk_of_a_process_that_died_as_it_committed_is_counted_once(on_this_database: None) -> None:
    brand = _brand("both")
    batch = runner._claim(brand.id, start(brand, _file()).id)
    assert batch is not None
    with opened(batch.stored_as, batch.encoding) as text:
        header, delimiter, read = read_header(text)
        rows = list(islice(read_rows(text, delimiter, read=read, after=0, columns=len(header)), 10))
    with tenant_scope(brand.id, read_only=True):
        purchases = [Purchases(run_of(batch, header)) for _process in range(2)]
    loading = _Loading(batch, purchases[0].run, purchases[0], None)
    loading._theirs = _Part(0, rows, None)
    dying = Rival("dying", partial(commit_chunk, batch, purchases[1].run, rows, purchases[1].settling(rows)))
    worker = Rival("worker", loading._catch_up)
    dying.start()
    while dying.at != "COMMIT":
        dying.step()
    worker.start()
    while not worker.is_blocked:
        assert not worker.is_done
        worker.step()
    dying.step()
    while not worker.is_done:
        worker.step()
    assert (dying.error, worker.error) == (None, None)
    info = get_import(tenant=brand.id, import_id=batch.id)
    assert (info.rows_done, info.rows_repeated, info.made) == (10, 0, 10)


def test_a_worker_that_is_killed_takes_the_second_process_along(on_this_database: None) -> None:
    brand = _brand("both")
    info = start(brand, _file())
    with _worker(brand) as process:
        children = _until(lambda: [each for each in process.children(recursive=True) if _is_ours(each)])
        _until(lambda: get_import(tenant=brand.id, import_id=info.id).rows_done >= 1_000)
        process.send_signal(signal.SIGKILL)
        process.wait()
        _until(lambda: not any(each.is_running() and each.status() != "zombie" for each in children))
    with frozen(now() + timedelta(seconds=100)):
        done = finish(brand, info)
    _assert_same(brand, done, _expected())


def _is_ours(process: psutil.Process) -> bool:
    try:
        return "import_beside" in process.cmdline()
    except psutil.Error:
        return False


@contextmanager
def _worker(brand: TenantInfo) -> Iterator[psutil.Popen]:
    process = psutil.Popen([sys.executable, "-c", _WORKER, str(brand.id)], env={**os.environ, "PYTHONPATH": "."})
    try:
        yield process
    finally:
        if process.is_running():
            process.kill()
        process.wait()


def _until(is_so: Callable[[], Any]) -> Any:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        if found := is_so():
            return found
        time.sleep(0.02)
    raise AssertionError("waited in vain")
