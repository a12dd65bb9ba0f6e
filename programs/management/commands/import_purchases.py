"""Load a file of sales into a brand from the command line, and wait until it is done."""

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from programs.imports import ImportInfo, errors_csv, get_import, start_import, undo_import, work_off
from smartbis.kernel.collecting import collect_rarely
from smartbis.kernel.errors import DomainError, InvalidInput
from smartbis.kernel.people import SYSTEM
from smartbis.tenancy.selectors import find_tenant_by_slug

# A turn opens the file anew, forgets who is who, and starts its second process.
_TURN_SECONDS = 120.0
_TOLD_EVERY_SECONDS = 5.0


class Command(BaseCommand):
    help = (
        "Loads a CSV file (also gzip) of sales and returns: manage.py import_purchases SLUG FILE "
        "[--mapping online-retail] [--store CODE] [--dry-run] [--errors PATH]; --undo ID takes an import back."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the brand's slug")
        parser.add_argument("file", nargs="?", type=Path, help="the CSV file, perhaps compressed with gzip")
        parser.add_argument("--mapping", default="", help="a preset: online-retail")
        parser.add_argument("--store", default="", help="code of the store the sales belong to")
        parser.add_argument("--dry-run", action="store_true", help="judge every row, change nothing")
        parser.add_argument("--errors", type=Path, help="where to write the rows that were not taken, as CSV")
        parser.add_argument("--undo", type=UUID, metavar="ID", help="take this import back instead")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = find_tenant_by_slug(options["slug"])
        if tenant is None:
            raise CommandError(f"there is no brand {options['slug']}")
        collect_rarely()
        started = time.monotonic()
        try:
            info = self._start(tenant, options)
        except InvalidInput as error:
            raise CommandError("; ".join(f"{name}: {' '.join(said)}" for name, said in error.errors.items())) from error
        except DomainError as error:
            raise CommandError(f"{error.code}: {error.detail}") from error
        info = self._follow(tenant, info)
        self._tell(info, time.monotonic() - started)
        if options["errors"]:
            with options["errors"].open("w", encoding="utf-8", newline="") as out:
                out.writelines(errors_csv(tenant=tenant, import_id=info.id, notes=True))
        if info.status == "failed":
            raise CommandError(f"{info.failure}: {info.failure_sentence}")

    def _start(self, tenant: UUID, options: dict[str, Any]) -> ImportInfo:
        if options["undo"]:
            return undo_import(tenant=tenant, import_id=options["undo"], actor=SYSTEM)
        if options["file"] is None or not options["file"].is_file():
            raise CommandError(f"there is no file {options['file']}")
        mapping = {"preset": options["mapping"], "store": options["store"]}
        with options["file"].open("rb") as file:
            return start_import(
                tenant=tenant,
                kind="purchases",
                file=file,
                filename=options["file"].name,
                mapping={name: value for name, value in mapping.items() if value},
                dry_run=options["dry_run"],
                actor=SYSTEM,
            )

    def _follow(self, tenant: UUID, info: ImportInfo) -> ImportInfo:
        """Work on it here; where a worker of the queue has it already, watch that one's progress."""
        self.stdout.write(f"import {info.id}")
        before = -1
        with self._progress(tenant, info.id):
            while work_off(tenant=tenant, import_id=info.id, seconds=_TURN_SECONDS):
                info = get_import(tenant=tenant, import_id=info.id)
                if info.rows_done == before and not info.is_undoing:
                    time.sleep(0.5)
                before = info.rows_done
        return get_import(tenant=tenant, import_id=info.id)

    @contextmanager
    def _progress(self, tenant: UUID, import_id: UUID) -> Iterator[None]:
        """Tell every few seconds how far the import is, from a thread with a connection of its own."""
        over = Event()

        def tell() -> None:
            while not over.wait(_TOLD_EVERY_SECONDS):
                info = get_import(tenant=tenant, import_id=import_id)
                self.stdout.write(f"{info.percent:3} %  {info.rows_done:,} of {info.rows_total:,} rows")
            connection.close()

        telling = Thread(target=tell, daemon=True)
        telling.start()
        try:
            yield
        finally:
            over.set()
            telling.join()

    def _tell(self, info: ImportInfo, seconds: float) -> None:
        rate = info.rows_done / seconds if seconds else 0
        self.stdout.write(
            f"{info.status}: {info.rows_done:,} rows in {seconds:.1f} s ({rate:,.0f} a second), {info.made:,} sales, "
            f"{info.refunds:,} refunds, {info.rows_repeated:,} there already, {info.rows_noted:,} kept as notes, "
            f"{info.rows_failed:,} refused"
        )
