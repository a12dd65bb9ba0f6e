"""Check that the database protects every tenant's rows; exits with 1 and the faults when it does not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from smartbis.tenancy.catalogue import find_faults


class Command(BaseCommand):
    """`manage.py check_tenancy`"""

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        faults = list(find_faults())
        if faults:
            raise CommandError("\n".join(faults))
        self.stdout.write("every tenant table is protected")
