"""Loading a file of sales: rows a second, beside the same file copied into a bare table."""

import csv
import gzip
import io
import os
import random
import re
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.brand import SLUG, World
from benchmarks.database import Database

HEADER = (
    "external_id",
    "occurred_at",
    "store",
    "customer_phone",
    "item_sku",
    "item_name",
    "item_quantity",
    "item_unit",
)
ROOT = Path(__file__).resolve().parent.parent
REAL_FILE = ROOT.parent / "shared" / "data" / "online_retail_2010.csv.gz"
REAL_SLUG = "bench-retail"


def made_file(folder: Path, world: World, rows: int, *, name: str, lines: int = 2, earns: bool = False) -> Path:
    """A file of `rows` rows, `lines` of them to a sale, by customers the brand knows.

    The sales spread over half a year before the brand's programme, unless they are to be awarded: then over the last
    day, which no backtest replays.
    """
    chance, days = random.Random(rows), 1 if earns else 180
    start = datetime.now(UTC) - timedelta(days=1) if earns else datetime(2025, 5, 1, tzinfo=UTC)
    path = folder / f"{name}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(rows // lines):
            at = start + timedelta(seconds=chance.randrange(days * 86_400))
            phone = chance.choice(world.phones)
            for _ in range(lines):
                sku = chance.randrange(1000)
                price = f"{chance.randrange(500, 9000) / 100:.2f}"
                writer.writerow(
                    [f"{name}-{number}", at.isoformat(), world.store_code, phone, sku, f"Artigo {sku}", 1, price]
                )
    return path


def environment_of(database: Database) -> dict[str, str]:
    """The application's login for a command of ours."""
    return {**os.environ, "DATABASE_APP_URL": database.app_url, "DATABASE_LOGIN": "app", "LOG_LEVEL": "WARNING"}


def start(database: Database, path: Path, *options: str, slug: str = SLUG) -> subprocess.Popen[str]:
    """`manage.py import_purchases`, at work."""
    return subprocess.Popen(
        [sys.executable, "manage.py", "import_purchases", slug, str(path), *options],
        env=environment_of(database),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finished(process: subprocess.Popen[str]) -> tuple[int, float]:
    """Rows and seconds of a started import, by its own last line. Raises RuntimeError when a row was refused."""
    said, _ = process.communicate(timeout=3600)
    found = re.search(r"done: ([\d,]+) rows in ([\d.]+) s .*?([\d,]+) refused", said)
    if process.returncode or found is None:
        raise RuntimeError("the import failed: " + said[-1500:])
    return int(found.group(1).replace(",", "")), float(found.group(2))


def copied(database: Database, path: Path) -> float:
    """Rows a second of COPY alone into a table without keys: what reading the file costs at least."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    width = len(next(csv.reader(io.StringIO(data[:20_000].decode("utf-8-sig", errors="replace")))))
    columns = ", ".join(f"c{number} text" for number in range(width))
    with database.as_owner() as connection:
        connection.execute(f"CREATE TABLE bench_copy ({columns})")
        started = time.perf_counter()
        with connection.cursor() as cursor:
            with cursor.copy("COPY bench_copy FROM STDIN (FORMAT csv, HEADER true)") as copy:
                copy.write(data)
            rows = cursor.rowcount
        took = time.perf_counter() - started
        connection.execute("DROP TABLE bench_copy")
    return rows / took


def open_real_brand() -> None:
    """A brand in pounds with one online store, for the real file."""
    from programs.services import open_program
    from smartbis.kernel.people import Actor
    from smartbis.tenancy.services import add_store, open_tenant

    brand = open_tenant(slug=REAL_SLUG, name="Retail", currency="GBP", timezone="Europe/London")
    add_store(tenant=brand.id, code="shop", name="Online shop", kind="online")
    spec = {"effect": {"kind": "percentage", "basis_points": 500}}
    owner = Actor(kind="staff", role="owner", label="Owner")
    open_program(tenant=brand.id, name="Cashback", kind="cashback", spec=spec, actor=owner)
