"""Load the demo: two brands with half a year of history. Does nothing when they are there already."""

import json
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from smartbis.kernel.clock import now
from smartbis.local.demo.brands import BRANDS
from smartbis.local.demo.history import DAYS, tell_history
from smartbis.local.demo.opening import open_brand
from smartbis.outbox.services import settle_history
from smartbis.tenancy.models import User
from smartbis.tenancy.selectors import find_tenant_by_slug


class Command(BaseCommand):
    """`manage.py load_demo --credentials-to FILE`"""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--credentials-to", type=Path, required=True, help="where to write the sign-ins (mode 0600)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path = options["credentials_to"]
        if all(find_tenant_by_slug(brand.slug) for brand in BRANDS):
            self.stdout.write("the demo is loaded already")
            return
        today = now()
        with transaction.atomic():  # all of the demo, or none of it
            tenants = []
            for seed, plan in enumerate(BRANDS):
                brand = open_brand(plan, opened_at=today - timedelta(days=DAYS + 1), base_url=settings.BASE_URL)
                tell_history(brand, today=today, seed=seed)
                settle_history(tenant=brand.tenant)
                tenants.append(brand.secrets)
                self.stdout.write(f"{plan.name} is open")
            staff = {"email": "staff@smartbis.example", "password": secrets.token_urlsafe(9)}
            User.objects.create_user(
                email=staff["email"], password=staff["password"], name="Smartbis", is_staff=True, is_superuser=True
            )
            write_private(target, {"base_url": settings.BASE_URL, "staff": staff, "tenants": tenants})


def write_private(target: Path, content: dict[str, Any]) -> None:
    """Write JSON that only this user may read."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.touch(mode=0o600)
    target.chmod(0o600)
    target.write_text(json.dumps(content, indent=2, ensure_ascii=False))
