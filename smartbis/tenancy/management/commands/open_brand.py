"""Open a brand and invite its first owner."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from smartbis.kernel.codes import group_code
from smartbis.kernel.errors import DomainError, InvalidInput
from smartbis.tenancy.services import open_brand


class Command(BaseCommand):
    """`manage.py open_brand aurora "Padaria Aurora" --owner ana@aurora.example`"""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="part of the portal's address: small letters, digits, dashes")
        parser.add_argument("name", help="as customers read it")
        parser.add_argument("--owner", required=True, help="e-mail address of the first owner")
        parser.add_argument("--currency", default="BRL")
        parser.add_argument("--timezone", default="America/Sao_Paulo")
        parser.add_argument("--locale", default="pt-br", help="pt-br or en")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = {name: options[name] for name in ("slug", "name", "owner", "currency", "timezone", "locale")}
        try:
            brand, code = open_brand(**wanted)
        except InvalidInput as error:
            told = "; ".join(f"{field}: {' '.join(texts)}" for field, texts in error.errors.items())
            raise CommandError(told) from error
        except DomainError as error:
            raise CommandError(error.detail) from error
        self.stdout.write(f"{brand.name} is open: {settings.BASE_URL}/p/{brand.slug}/")
        door = f"{settings.BASE_URL}/invitation/"
        self.stdout.write(f"{options['owner']} joins at {door} with the code {group_code(code)}")
