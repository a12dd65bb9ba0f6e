"""Writing one's own wording of a template, having Meta approve it, and choosing which is sent."""

from uuid import UUID

from django.db.models import QuerySet

from messaging.errors import TemplateInvalid, TemplateNotFound
from messaging.infos import WordingInfo
from messaging.library import LIBRARY, Category, TemplateSpec
from messaging.models import Channel, HeaderFile, TemplateVersion
from messaging.own_templates import TemplateDraft, packed
from messaging.rounds import queue_sync
from messaging.selectors.wordings import wording_info
from messaging.services.header_files import forget_unused_files
from messaging.services.release import release_held
from messaging.template_faults import faults_of
from messaging.versions import draft_of, stored
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import Actor
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant
from smartbis.tenancy.services import record_audit

MOST_VERSIONS = 200
WRITABLE = (Category.UTILITY, Category.MARKETING)


def save_template_draft(*, tenant: UUID, key: str, language: str, draft: TemplateDraft, actor: Actor) -> WordingInfo:
    """Keep what is being written as the template's one draft in that language; it is judged when it is submitted.

    Raises TemplateNotFound, TemplateInvalid for what cannot be kept at all, PermissionMissing.
    """
    require(actor, "message.change")
    _writable(key, language)
    if draft.category not in WRITABLE:
        raise TemplateInvalid({"category": ["A template of one's own is utility or marketing."]})
    values = {
        "category": draft.category.value,
        "header": draft.header,
        "header_kind": draft.media.kind if draft.media else "",
        "file_id": draft.media.id if draft.media else None,
        "body": draft.body,
        "footer": draft.footer,
        "buttons": packed(draft.buttons),
        "changed_at": now(),
    }
    with tenant_scope(tenant):
        _check_file(draft)
        row = _versions(key, language).filter(submitted_at__isnull=True).first()
        if row is None:
            last = _versions(key, language).order_by("-number").values_list("number", flat=True).first() or 0
            if last >= MOST_VERSIONS:
                raise TemplateInvalid({"body": [f"At most {MOST_VERSIONS} versions."]})
            row = TemplateVersion(id=new_id(), tenant_id=tenant, key=key, language=language, number=last + 1)
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
        forget_unused_files()
        return wording_info(_stored(row.id))


def submit_template(*, tenant: UUID, version: UUID, actor: Actor) -> WordingInfo:
    """Have a draft submitted to Meta by every live channel; until it is approved, what was sent before goes on.

    Raises TemplateNotFound, TemplateInvalid with what Meta would refuse, PermissionMissing.
    """
    require(actor, "message.change")
    with tenant_scope(tenant):
        draft = TemplateVersion.objects.select_for_update().filter(id=version, submitted_at__isnull=True)
        if not draft.values_list("id", flat=True).first():
            raise TemplateNotFound
        row = _stored(version)
        spec = _writable(row.key, row.language)
        has_shop = bool(get_tenant(tenant=tenant).shop_url)
        if faults := faults_of(draft_of(row), spec, row.language, has_shop=has_shop):
            raise TemplateInvalid({fault.where: [fault.code] for fault in faults})
        row.submitted_at = now()
        row.save(update_fields=["submitted_at"])
        record_template(tenant, actor, "template.submit", row.key, row.language, row.number, object_id=row.id)
        for channel in Channel.objects.filter(status=Channel.Status.LIVE).order_by("connected_at", "id"):
            queue_sync(channel.id)
        return wording_info(row)


def discard_template_draft(*, tenant: UUID, version: UUID, actor: Actor) -> None:
    """Throw a draft away. Raises TemplateNotFound for what is none, PermissionMissing."""
    require(actor, "message.change")
    with tenant_scope(tenant):
        count, _ = TemplateVersion.objects.filter(id=version, submitted_at__isnull=True).delete()
        if not count:
            raise TemplateNotFound
        forget_unused_files()


def choose_template(*, tenant: UUID, key: str, language: str, number: int, actor: Actor) -> None:
    """Have a trigger use a version from now on: newer ones are retired, older ones stand in until it is approved.

    Number 0 is the library's. Messages that wait are sent in the chosen wording.
    Raises TemplateNotFound, PermissionMissing.
    """
    require(actor, "message.change")
    _writable(key, language)
    with tenant_scope(tenant):
        submitted = _versions(key, language).filter(submitted_at__isnull=False)
        chosen = submitted.filter(number=number)
        if number and not chosen.exists():
            raise TemplateNotFound
        chosen.update(retired_at=None)
        submitted.filter(number__gt=number, retired_at__isnull=True).update(retired_at=now())
        record_template(tenant, actor, "template.choose", key, language, number, object_id=tenant)
        for channel in Channel.objects.filter(status=Channel.Status.LIVE).order_by("connected_at", "id"):
            queue_sync(channel.id)
        release_held(tenant=tenant, reason="template_not_approved", template=key)


def _writable(key: str, language: str) -> TemplateSpec:
    """The library's template, if brands may word it: Meta itself writes sign-in codes."""
    spec = LIBRARY.get(key)
    if spec is None or language not in spec.wordings or spec.category is Category.AUTHENTICATION:
        raise TemplateNotFound
    return spec


def _stored(version: UUID) -> TemplateVersion:
    return stored().get(id=version)


def _check_file(draft: TemplateDraft) -> None:
    """Raise TemplateInvalid for a file that was not kept, or not as what it is used as."""
    media = draft.media
    if media and media.id and not HeaderFile.objects.filter(id=media.id, kind=media.kind).exists():
        raise TemplateInvalid({"header_file": ["There is no such file."]})


def _versions(key: str, language: str) -> QuerySet[TemplateVersion]:
    """Locked in one order, so that two people who write at once get one draft."""
    return TemplateVersion.objects.select_for_update().filter(key=key, language=language)


def record_template(
    tenant: UUID, actor: Actor, action: str, key: str, language: str, number: int, *, object_id: UUID
) -> None:
    """Write down who did what to which wording. Inside a scope."""
    after = {"template": key, "language": language, "version": number}
    record_audit(tenant=tenant, actor=actor, action=action, object_kind="template", object_id=object_id, after=after)
