"""The routing table."""

from uuid import UUID

from django.db import IntegrityError, transaction

from smartbis.tenancy.errors import SlugTaken
from smartbis.tenancy.models import Route


def add_route(*, tenant: UUID, kind: str, key: str) -> None:
    """Lead `key` to the tenant. Raises SlugTaken when it leads elsewhere."""
    try:
        with transaction.atomic():
            Route.objects.get_or_create(kind=kind, key=key, leads_to=tenant)
    except IntegrityError as error:
        raise SlugTaken from error


def drop_route(*, tenant: UUID, kind: str, key: str) -> None:
    """Lead `key` nowhere."""
    Route.objects.filter(kind=kind, key=key, leads_to=tenant).delete()
