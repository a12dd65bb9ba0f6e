"""Check that balances, holds, vouchers and awards are what their transfers say, and that no closed day has changed.

Exits with 1 and what differs.
"""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from programs.selectors import check_books
from smartbis.ledger.closes import verify_closes
from smartbis.ledger.errors import LedgerTooLarge
from smartbis.ledger.patience import LONG
from smartbis.tenancy.selectors import find_tenant_by_slug


class Command(BaseCommand):
    """`manage.py check_ledger SLUG [SLUG …]`"""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", nargs="+", help="the brands to check")

    def handle(self, *args: Any, **options: Any) -> None:
        failed = False
        for slug in options["slug"]:
            tenant = find_tenant_by_slug(slug)
            if tenant is None:
                raise CommandError(f"no brand is called {slug}")
            holds = [self._adds_up(slug, tenant), self._is_unchanged(slug, tenant)]
            failed = failed or not all(holds)
        if failed:
            raise CommandError("the ledger does not add up")

    def _adds_up(self, slug: str, tenant: UUID) -> bool:
        try:
            check = check_books(tenant=tenant, patience=LONG)
        except LedgerTooLarge:
            return self._says_too_large(slug)
        self.stdout.write(
            f"{slug}: {check.transfers} transfers of {check.holders} holders, {len(check.problems)} problems"
        )
        for problem in check.problems:
            self.stdout.write(f"  {problem}")
        return check.ok

    def _is_unchanged(self, slug: str, tenant: UUID) -> bool:
        try:
            closed = verify_closes(tenant=tenant, patience=LONG)
        except LedgerTooLarge:
            return self._says_too_large(f"{slug}: closed days")
        verdict = "unchanged" if closed.ok else f"{closed.first_bad} differs: {closed.problem}"
        self.stdout.write(f"{slug}: {closed.days} closed days, {verdict}")
        return closed.ok

    def _says_too_large(self, what: str) -> bool:
        self.stdout.write(f"{what}: not checked: a step took longer than {LONG}, or was cancelled")
        return False
