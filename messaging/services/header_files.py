"""Keeping the files of templates' headers, and giving them to Meta before a message needs them."""

from datetime import timedelta
from uuid import UUID

import structlog

from messaging.errors import TemplateInvalid
from messaging.header_files import PreparedFile
from messaging.models import HeaderFile, HeaderUpload, Message, TemplateVersion
from messaging.own_templates import HeaderMedia
from messaging.rounds import queue_sync
from messaging.whatsapp.errors import Refused
from messaging.whatsapp.media import MediaGateway
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import Actor
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope

log = structlog.get_logger(__name__)

MOST_FILES = 200
UPLOADED_ANEW = timedelta(days=20)  # Meta forgets files after 30 days; a round that fails has ten nights more
_NO_FILE = (100, 131053)  # "not a valid media attachment", "Media upload error"
_SPARED = timedelta(hours=1)  # whoever chose a file a moment ago is still writing


def keep_header_file(*, tenant: UUID, file: PreparedFile, actor: Actor) -> HeaderMedia:
    """Keep a file for a header. Raises TemplateInvalid where the brand has too many, PermissionMissing."""
    require(actor, "message.change")
    with tenant_scope(tenant):
        if HeaderFile.objects.count() >= MOST_FILES:
            raise TemplateInvalid({"header_files": [f"At most {MOST_FILES} files."]})
        row = HeaderFile.objects.create(
            id=new_id(),
            tenant_id=tenant,
            kind=file.kind,
            mime_type=file.mime_type,
            filename=file.filename,
            size=len(file.content),
            content=file.content,
            thumbnail=file.thumbnail,
            kept_at=now(),
        )
        return HeaderMedia(file.kind, row.id, row.filename)


def forget_unused_files() -> None:
    """Remove the files that no version has any more. Inside a scope."""
    used = TemplateVersion.objects.filter(file__isnull=False).values("file_id")
    unused = HeaderFile.objects.filter(kept_at__lt=now() - _SPARED).exclude(id__in=used)
    ids = list(unused.values_list("id", flat=True))
    HeaderUpload.objects.filter(file_id__in=ids).delete()
    HeaderFile.objects.filter(id__in=ids).delete()


def upload_header_files(*, tenant: UUID, channel: UUID, gateway: MediaGateway) -> None:
    """Give Meta, for one number, each file that may be sent and that it does not have or will forget soon.

    One that Meta refuses is noted in the log and left out: the wording before it goes on being sent. Calls the network:
    no transaction may be open. Raises the gateway's errors when Meta cannot be asked at all.
    """
    with tenant_scope(tenant, read_only=True):
        offered = TemplateVersion.objects.filter(submitted_at__isnull=False, retired_at__isnull=True)
        wanted = set(offered.filter(file__isnull=False).values_list("file_id", flat=True))
        fresh = HeaderUpload.objects.filter(channel_id=channel, uploaded_at__gt=now() - UPLOADED_ANEW)
        missing = sorted(wanted - set(fresh.values_list("file_id", flat=True)))
    for file in missing:
        kept = header_content(tenant=tenant, file=file)
        try:
            media_id = gateway.upload(bytes(kept.content), kept.mime_type, kept.filename)
        except Refused as error:
            log.warning("header_file.refused", file=str(file), code=error.code)
            continue
        with tenant_scope(tenant):
            HeaderUpload.objects.update_or_create(
                channel_id=channel,
                file_id=file,
                defaults={"media_id": media_id, "uploaded_at": now()},
                create_defaults={
                    "id": new_id(),
                    "tenant_id": tenant,
                    "media_id": media_id,
                    "uploaded_at": now(),
                },
            )


def forget_upload(row: Message, channel: UUID, error: Refused) -> bool:
    """Have a wording's file uploaded anew that Meta does not have after all, as its refusal told; whether it did.

    Inside a scope.
    """
    if error.code not in _NO_FILE or "media" not in f"{error.title} {error.details}".lower():
        return False
    version = TemplateVersion.objects.filter(key=row.template, language=row.language, number=row.version)
    uploads = HeaderUpload.objects.filter(channel_id=channel, file_id__in=version.values("file_id"))
    count, _ = uploads.delete()
    if count:
        log.warning("header_file.gone", channel=str(channel), template=row.template, code=error.code)
        queue_sync(channel)
    return bool(count)


def header_content(*, tenant: UUID, file: UUID) -> HeaderFile:
    """A kept file with its bytes."""
    with tenant_scope(tenant, read_only=True):
        return HeaderFile.objects.get(id=file)
