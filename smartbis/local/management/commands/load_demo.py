"""Load the demo: two brands with half a year of history, side by side. Does nothing where they are there already."""

import secrets
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from smartbis.kernel.clock import now
from smartbis.local.demo.brands import BRANDS
from smartbis.local.demo.loading import load_brand, read_part, write_private
from smartbis.tenancy.models import User
from smartbis.tenancy.selectors import find_tenant_by_slug

STAFF = "staff@smartbis.example"


class Command(BaseCommand):
    """`manage.py load_demo --credentials-to FILE`"""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--credentials-to", type=Path, required=True, help="where to write the sign-ins (mode 0600)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path = options["credentials_to"]
        missing = [brand.slug for brand in BRANDS if find_tenant_by_slug(brand.slug) is None]
        if not missing and target.exists():
            self.stdout.write("the demo is loaded already")
            return
        self._load(missing, target, now())
        parts = [read_part(target, brand.slug) for brand in BRANDS]
        if None in parts:
            raise CommandError("a brand of the demo is there, but its sign-ins are gone; start with an empty database")
        write_private(target, {"base_url": settings.BASE_URL, "staff": make_staff(), "tenants": parts})
        self.stdout.write("the demo is loaded")

    @staticmethod
    def _load(slugs: list[str], target: Path, today: datetime) -> None:
        """Each brand in a process of its own and in one transaction: all of it, or nothing."""
        connection.close()
        with ProcessPoolExecutor(max_workers=2, mp_context=get_context("spawn")) as pool:
            for done in [pool.submit(load_brand, slug, target, today) for slug in slugs]:
                done.result()


def make_staff() -> dict[str, str]:
    """The platform's person, with a new password."""
    password = secrets.token_urlsafe(9)
    user = User.objects.filter(email=STAFF).first()
    if user is None:
        User.objects.create_user(email=STAFF, password=password, name="Smartbis", is_staff=True, is_superuser=True)
    else:
        user.set_password(password)
        user.save(update_fields=["password"])
    return {"email": STAFF, "password": password}
