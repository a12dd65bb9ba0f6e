"""The files of templates' headers, as screens show them."""

from collections.abc import Collection
from uuid import UUID

from messaging.models import HeaderFile
from smartbis.tenancy.scope import tenant_scope


def thumbnails(*, tenant: UUID, files: Collection[UUID]) -> dict[UUID, bytes]:
    """Small JPEGs of those of the files that are pictures. One query, none for no files."""
    if not files:
        return {}
    with tenant_scope(tenant, read_only=True):
        rows = HeaderFile.objects.filter(id__in=files, thumbnail__isnull=False).values_list("id", "thumbnail")
        return {file: bytes(small) for file, small in rows if small}
