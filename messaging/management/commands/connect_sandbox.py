"""`manage.py connect_sandbox aurora boreal`: give brands a number at the WhatsApp stand-in."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from messaging.stand_in import connect_to_stand_in
from smartbis.tenancy.selectors import find_tenant_by_slug


class Command(BaseCommand):
    """Registers each brand's channel at the stand-in and submits the templates."""

    help = "Connect brands to the WhatsApp stand-in (SANDBOX_URL)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slugs", nargs="+", help="slugs of the brands")
        parser.add_argument("--sandbox-url", default=settings.SANDBOX_URL)

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["sandbox_url"]:
            raise CommandError("set SANDBOX_URL or give --sandbox-url")
        for slug in options["slugs"]:
            tenant = find_tenant_by_slug(slug)
            if tenant is None:
                raise CommandError(f"there is no brand {slug}")
            connection = connect_to_stand_in(tenant=tenant, sandbox_url=options["sandbox_url"])
            self.stdout.write(f"{slug}: channel {connection.channel}, number {connection.display_phone_number}")
