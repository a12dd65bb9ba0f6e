"""The groups of measurements, each a list of figures."""

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import (
    backtests,
    batches,
    channel,
    depth,
    files,
    hordak,
    issuing,
    movements,
    pages,
    popular,
    redemptions,
    sales,
    voucher_peers,
    web,
)
from benchmarks.brand import SLUG, World, open_again
from benchmarks.clients import Burst, Fleet
from benchmarks.depth import Reader
from benchmarks.floors import SALE, USE, Pgbench
from benchmarks.machine import Meter
from benchmarks.peers import Contestant, Figure, figures, side_by_side

_FLOOR = "sale, one statement (pgbench)"


@dataclass(frozen=True)
class Bench:
    """A brand to measure on, and for how long."""

    world: World
    rounds: int
    seconds: float
    postmaster: int | None
    folder: Path

    def sales(self) -> list[Figure]:
        """Recording one sale."""
        return self._use_case("sale", sales, Pgbench(self.world, SALE, event="purchase.recorded.v1"))

    def redemptions(self) -> list[Figure]:
        """Using one voucher."""
        floor = Pgbench(self.world, USE, event="voucher.redeemed.v1")
        return self._use_case("redeem", redemptions, floor, between=lambda: open_again(self.world))

    def issuing(self) -> list[Figure]:
        """Issuing to many at once, beside one statement a voucher."""
        one = "issue, one statement (pgbench)"
        floor = Pgbench(self.world, issuing.floor(self.world), event="voucher.issued.v1")
        names = {"issue to everybody, one worker": 1, "issue to everybody, two workers": 2}
        with contextlib.ExitStack() as open_fleets:
            contestants: dict[str, Contestant] = {one: floor.run}
            for name, processes in names.items():
                fleet = _fleet(open_fleets, "benchmarks.issuing:worker", self.world, processes=processes, threads=1)
                contestants[name] = partial(issuing.in_vouchers, self.world, fleet)
            told = side_by_side(contestants, rounds=self.rounds, seconds=self.seconds, postmaster=self.postmaster)
        return figures(told, "vouchers/s", dict.fromkeys(names, one))

    def crowds(self) -> list[Figure]:
        """Using vouchers while sixty-four clients try codes that are used: all the same one, or each its own."""
        again = partial(open_again, self.world)
        with contextlib.ExitStack() as open_fleets:
            again()
            users = _fleet(open_fleets, "benchmarks.redemptions:through_service", self.world, processes=2, threads=2)
            contestants: dict[str, Contestant] = {"redeem, 4 clients alone": users.run}
            for name, maker in (
                ("redeem beside 64 on used codes of their own", "refused_for_each"),
                ("redeem beside 64 on one used code", "refused_for_one"),
            ):
                crowd = _fleet(open_fleets, f"benchmarks.redemptions:{maker}", self.world, processes=4, threads=16)
                contestants[name] = _beside(users, crowd)
            told = side_by_side(
                contestants, rounds=self.rounds, seconds=self.seconds, postmaster=self.postmaster, between=again
            )
        alone, each, one = contestants
        return figures(told, "per s", {each: alone, one: each})

    def half_load(self) -> list[Figure]:
        """Validating and using vouchers over HTTP at half of what the server can do."""
        again = partial(open_again, self.world)
        size = {"processes": 2, "threads": 8}
        made: list[Figure] = []
        with web.served(self.world.database):
            for name, maker in (("validate", "validated_over_http"), ("redeem", "over_http")):
                with contextlib.ExitStack() as open_fleets:
                    again()
                    fleet = _fleet(open_fleets, f"benchmarks.redemptions:{maker}", self.world, **size)
                    again()
                    most = fleet.run(self.seconds).per_second
                    again()
                    pace = (self.world, fleet.clients / (most / 2))
                    calm = _fleet(open_fleets, f"benchmarks.redemptions:paced_{maker}", pace, **size)
                    told = side_by_side(
                        {f"{name} over HTTP, half of {most:,.0f} a second": calm.run},
                        rounds=self.rounds,
                        seconds=self.seconds,
                        postmaster=self.postmaster,
                        between=again,
                    )
                made += figures(told, "per s", {})
        return made

    def batches(self) -> list[Figure]:
        """Recording many sales at once."""
        with web.served(self.world.database), contextlib.ExitStack() as open_fleets:
            floor = Pgbench(self.world, SALE, event="purchase.recorded.v1")
            contestants: dict[str, Contestant] = {_FLOOR: floor.run}
            # one in the service's own processes, one for each thread that the web server has for it
            for name, maker, threads in (("service", "through_service", 1), ("over HTTP", "over_http", 4)):
                fleet = _fleet(open_fleets, f"benchmarks.batches:{maker}", self.world, processes=2, threads=threads)
                contestants[f"batch of {batches.SALES_A_BATCH}, {name}"] = _in_sales(fleet)
            # eight clients wait for each other most of a second: a shorter round measures how it begins and ends
            told = side_by_side(contestants, rounds=self.rounds, seconds=3 * self.seconds, postmaster=self.postmaster)
        return figures(told, "sales/s", dict.fromkeys(list(contestants)[1:], _FLOOR))

    def popular(self) -> list[Figure]:
        """One rule with a budget that all sales share, beside fifty brands whose sales share nothing."""
        from smartbis.outbox.services import settle_history

        lone, many = popular.made(self.world.database)
        with contextlib.ExitStack() as open_fleets:
            fifty = f"sale, {popular.BRANDS} brands, no limits"
            told = side_by_side(
                {
                    name: _fleet(open_fleets, "benchmarks.popular:through_service", crowd).run
                    for name, crowd in ((fifty, many), ("sale, one brand, a shared budget", lone))
                },
                rounds=self.rounds,
                seconds=self.seconds,
                postmaster=self.postmaster,
            )
        for place in (*lone.places, *many.places):
            settle_history(tenant=place.tenant)
        return figures(told, "per s", {"sale, one brand, a shared budget": fifty})

    def depth(self, *, transfers: int) -> list[Figure]:
        """A balance and its statement, before and after the table has grown."""
        short, long = (Reader(self.world, customer) for customer in self.world.customers[:2])
        depth.lengthen(self.world, short.customer, depth.SHORT)
        small = self._readers({"balance and statement, small table": short})
        depth.lengthen(self.world, long.customer, depth.LONG)
        depth.fill(self.world, transfers=transfers)
        big = self._readers(
            {
                f"balance and statement among {transfers:,}": short,
                f"the same of {depth.LONG:,} transfers": long,
            }
        )
        first, *rest = told = small | big
        return figures(told, "per s", dict.fromkeys(rest, first))

    def _readers(self, readers: dict[str, Reader]) -> dict[str, Any]:
        with contextlib.ExitStack() as open_fleets:
            crews = {
                name: _fleet(open_fleets, "benchmarks.depth:reader", one, processes=1, threads=1).run
                for name, one in readers.items()
            }
            return side_by_side(crews, rounds=self.rounds, seconds=self.seconds, postmaster=self.postmaster)

    def movements(self) -> list[Figure]:
        """Posting to the ledger, beside another ledger for Django on the same server."""
        owner = self.world.database.owner_url
        address = hordak.made(owner, customers=len(self.world.customers))
        size = {"processes": 2, "threads": 1}
        try:
            with contextlib.ExitStack() as open_fleets:
                fleet = partial(_fleet, open_fleets)
                alone = (
                    fleet("benchmarks.hordak:one_by_one", address),
                    fleet("benchmarks.movements:one_by_one", self.world),
                )
                together = (
                    fleet("benchmarks.hordak:transfers", address, **size),
                    fleet("benchmarks.hordak:many", address, **size),
                    fleet("benchmarks.movements:many", self.world, **size),
                )
                told = side_by_side(
                    movements.contestants(alone, together),
                    rounds=self.rounds,
                    seconds=self.seconds,
                    postmaster=self.postmaster,
                )
        finally:
            hordak.dropped(owner)
        peer, ours, call, rows, batch = told
        return figures(told, "movements/s", {ours: peer, rows: call, batch: call})

    def oscar(self) -> list[Figure]:
        """Using a voucher, beside another shop for Django on the same server."""
        return voucher_peers.measured(self.world, rounds=self.rounds, seconds=self.seconds, postmaster=self.postmaster)

    def imports(self, *, rows: int, real_file: bool) -> list[Figure]:
        """Loading files."""
        path = files.made_file(self.folder, self.world, rows, name="made")
        made = [self._import(f"import of {rows:,} rows", path)]
        made.append(self._import(f"the same file again, {rows:,} rows", path))
        made += [self._earning_import(rows, lines=lines) for lines in (1, 2)]
        if real_file and files.REAL_FILE.exists():
            files.open_real_brand()
            options = ("--mapping", "online-retail", "--store", "shop")
            made.append(self._import("import of Online Retail 2010", files.REAL_FILE, *options, slug=files.REAL_SLUG))
        return made

    def _earning_import(self, rows: int, *, lines: int) -> Figure:
        """Sales of so many lines that earn, beside the floor right before and after; counted in sales."""
        floor = Pgbench(self.world, SALE, event="purchase.recorded.v1")
        path = files.made_file(self.folder, self.world, rows, name=f"earning{lines}", lines=lines, earns=True)
        before = floor.run(self.seconds).per_second
        meter = Meter(self.postmaster)
        done, seconds = files.finished(files.start(self.world.database, path))
        load, after = meter.stop(), floor.run(self.seconds).per_second
        rate = done / lines / seconds
        facts = {"rows": done, "seconds": seconds, "load": [vars(load)], "floor": [round(before), round(after)]}
        name = f"import of {done:,} rows that earn, {lines} to a sale"
        ratio = round(2 * rate / (before + after), 3)
        return Figure(name, round(rate), "sales/s", beside=_FLOOR, ratio=ratio, facts=facts)

    def _import(self, name: str, path: Path, *options: str, slug: str = SLUG) -> Figure:
        bare = files.copied(self.world.database, path)
        meter = Meter(self.postmaster)
        rows, seconds = files.finished(files.start(self.world.database, path, *options, slug=slug))
        rate = rows / seconds
        facts = {"rows": rows, "seconds": seconds, "load": [vars(meter.stop())], "copy_rows_per_second": round(bare)}
        return Figure(name, round(rate), "rows/s", beside="COPY alone", ratio=round(rate / bare, 4), facts=facts)

    def backtests(self, *, rows: int) -> list[Figure]:
        """Replaying a draft over past purchases."""
        return backtests.measured(self.world, rows=rows, postmaster=self.postmaster)

    def pages(self, *, rows: int) -> list[Figure]:
        """Pages, first with nothing beside them, then while imports run."""
        found = pages.all_pages(self.world)
        made: list[Figure] = []
        with web.served(self.world.database), contextlib.ExitStack() as open_fleets:
            visitors = {
                page.name: _fleet(open_fleets, "benchmarks.pages:visitor", (self.world, page), processes=1, threads=2)
                for page in found
            }
            alone = side_by_side(
                {name: fleet.run for name, fleet in visitors.items()},
                rounds=self.rounds,
                seconds=self.seconds,
                postmaster=self.postmaster,
            )
            with self._importing(rows):
                beside = side_by_side(
                    {f"{name}, during an import": fleet.run for name, fleet in visitors.items()},
                    rounds=self.rounds,
                    seconds=self.seconds,
                    postmaster=self.postmaster,
                )
        for page in found:
            busy = f"{page.name}, during an import"
            told = {page.name: alone[page.name], busy: beside[busy]}
            queries = pages.queries_of(page)
            for figure in figures(told, "pages/s", {busy: page.name}):
                figure.facts["queries"] = queries
                made.append(figure)
        return made

    @contextlib.contextmanager
    def _importing(self, rows: int) -> Iterator[None]:
        """Imports, one after the other, until the block ends; the one at work then is ended."""
        import threading

        over = threading.Event()
        failures: list[Exception] = []
        number = 0

        def work() -> None:
            nonlocal number
            while not over.is_set():
                number += 1
                path = files.made_file(self.folder, self.world, rows, name=f"beside{number}")
                process = files.start(self.world.database, path)
                while process.poll() is None and not over.wait(0.1):
                    pass
                if process.poll() is None:
                    process.kill()
                    process.wait()
                    return
                try:
                    files.finished(process)
                except RuntimeError as error:
                    failures.append(error)
                    return

        thread = threading.Thread(target=work)
        thread.start()
        try:
            over.wait(2.0)  # the import's process starts up
            yield
        finally:
            over.set()
            thread.join()
        if failures:
            raise failures[0]

    def channel(self, *, minute: float) -> list[Figure]:
        """The WhatsApp channel against the sandbox. What other groups left undone is nobody's to do beside it."""
        from smartbis.outbox.services import settle_history

        settle_history(tenant=self.world.tenant)
        return channel.measured(
            self.world.database,
            self.folder,
            rounds=self.rounds,
            seconds=self.seconds,
            minute=minute,
            postmaster=self.postmaster,
        )

    def check_ledger(self) -> None:
        """What was measured must have been right. Raises RuntimeError."""
        from smartbis.ledger.patience import LONG
        from smartbis.ledger.selectors import check_ledger

        found = check_ledger(tenant=self.world.tenant, patience=LONG)
        if not found.ok:
            raise RuntimeError(f"the ledger does not agree with itself: {found.problems[:3]}")

    def _use_case(
        self, name: str, module: Any, floor: Pgbench, *, between: Callable[[], None] = lambda: None
    ) -> list[Figure]:
        """A use case through the service and over HTTP, beside a bare loop and the one-statement floor."""
        between()
        lines, trips = module.script(self.world)
        one, path = f"{name}, one statement (pgbench)", module.__name__
        service, http, bare = f"{name}, service", f"{name}, over HTTP", f"{name}, bare psycopg, {trips} round trips"
        door = ""
        crews: dict[str, tuple[str, Any, dict[str, int]]] = {
            bare: ("bare_loop", (self.world, lines), {}),
            service: ("through_service", self.world, {}),
            http: ("over_http", self.world, {"processes": 2, "threads": 8}),
        }
        contestants: dict[str, Contestant] = {one: floor.run}
        with web.served(self.world.database), contextlib.ExitStack() as open_fleets:
            for crew, (maker, world, size) in crews.items():
                between()  # every crew warms up when it comes
                contestants[crew] = _fleet(open_fleets, f"{path}:{maker}", world, **size).run
            if bare_door := getattr(module, "over_bare_door", None):
                buyers, call_trips = module.call_script(self.world)
                door = f"{name}, bare REST framework view, {call_trips} round trips"
                address = open_fleets.enter_context(web.bare_door(self.world.database, (self.world, buyers)))
                maker, size = f"{path}:{bare_door.__name__}", {"processes": 2, "threads": 8}
                contestants[door] = _fleet(open_fleets, maker, (self.world, address), **size).run
            told = side_by_side(
                contestants, rounds=self.rounds, seconds=self.seconds, postmaster=self.postmaster, between=between
            )
        made = figures(told, "per s", {bare: one, service: bare, door: service, http: door or service})
        rates = {figure.name: figure.value for figure in made}
        for figure in made:
            figure.facts["of_the_floor"] = round(figure.value / rates[one], 3)
            if figure.name in (bare, service):
                figure.facts["round_trips"] = trips
        return made


def _fleet(open_fleets: contextlib.ExitStack, maker: str, world: Any, **size: int) -> Fleet:
    fleet = Fleet(maker, world, **size)
    open_fleets.callback(fleet.close)
    return fleet


def _beside(fleet: Fleet, crowd: Fleet) -> Contestant:
    """What a fleet does while a crowd is at work for just as long."""

    def run(seconds: float) -> Burst:
        with ThreadPoolExecutor(1) as beside:
            rest = beside.submit(crowd.run, seconds)
            burst = fleet.run(seconds)
            rest.result()
        return burst

    return run


def _in_sales(fleet: Fleet) -> Contestant:
    return lambda seconds: batches.in_sales(fleet, seconds)
