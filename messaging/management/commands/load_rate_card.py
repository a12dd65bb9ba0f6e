"""`manage.py load_rate_card aurora rates.csv`: what Meta charges a brand for a message."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from messaging.errors import RatesInvalid
from messaging.services import load_rates
from smartbis.kernel.people import SYSTEM
from smartbis.tenancy.selectors import find_tenant_by_slug


class Command(BaseCommand):
    """Loads the rates of a CSV file for one brand."""

    help = "Load a rate card (effective_from, country, category, currency, price, source) for a brand."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="slug of the brand")
        parser.add_argument("file", type=Path, help="CSV file")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = find_tenant_by_slug(options["slug"])
        if tenant is None:
            raise CommandError(f"there is no brand {options['slug']}")
        try:
            count = load_rates(tenant=tenant, content=options["file"].read_bytes(), actor=SYSTEM)
        except OSError as error:
            raise CommandError(f"the file cannot be read: {error.strerror}") from error
        except RatesInvalid as error:
            raise CommandError("; ".join(error.errors["file"])) from error
        self.stdout.write(f"{options['slug']}: {count} rates")
