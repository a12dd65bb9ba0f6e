"""Give every brand of the demo its number at the WhatsApp sandbox, and note it among the sign-ins. May be repeated."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import requests
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from messaging.stand_in import connect_to_stand_in
from smartbis.customers.selectors import all_customers, contacts_of, get_customers
from smartbis.local.demo.loading import write_private
from smartbis.tenancy.selectors import find_tenant_by_slug

TIMEOUT_SECONDS = 10


class Command(BaseCommand):
    """`manage.py connect_demo --credentials FILE`"""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--credentials", type=Path, required=True, help="the file that load_demo wrote")

    def handle(self, *args: Any, **options: Any) -> None:
        credentials = json.loads(options["credentials"].read_text())
        for entry in credentials["tenants"]:
            tenant = find_tenant_by_slug(entry["slug"])
            if tenant is None:
                raise CommandError(f"there is no brand {entry['slug']}")
            is_first = "whatsapp" not in entry
            connection = connect_to_stand_in(tenant=tenant, sandbox_url=settings.SANDBOX_URL)
            entry["whatsapp"] = {
                "channel": connection.channel,
                "phone_number_id": connection.phone_number_id,
                "waba_id": connection.waba_id,
                "app_secret": connection.app_secret,
                "verify_token": connection.verify_token,
                "display_phone_number": connection.display_phone_number,
            }
            if is_first:
                _introduce_people(tenant)
            self.stdout.write(f"{entry['slug']} writes from {connection.display_phone_number}")
        write_private(options["credentials"], credentials)


def _introduce_people(tenant: UUID) -> None:
    """Tell the sandbox whose phones these are, so that a person has one name on either side."""
    everybody = all_customers(tenant=tenant)
    people = get_customers(tenant=tenant, customers=everybody)
    with requests.Session() as session:
        for customer, contact in contacts_of(tenant=tenant, customers=everybody).items():
            if contact.phone_e164 and people[customer].name:
                known = {"phone": contact.phone_e164, "name": people[customer].name}
                url = f"{settings.SANDBOX_URL}/_sandbox/profile"
                session.post(url, json=known, timeout=TIMEOUT_SECONDS).raise_for_status()
