"""Sending the library's wordings with today's buttons to Meta, where older ones were approved."""

from uuid import UUID

from django.db.models import Max

from messaging.library import LIBRARY
from messaging.models import Channel, TemplateVersion
from messaging.own_templates import library_draft, packed
from messaging.rounds import queue_sync
from messaging.selectors.wordings import older_wordings
from messaging.services.own_templates import MOST_VERSIONS, record_template
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import Actor
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope


def renew_older_templates(*, tenant: UUID, actor: Actor) -> int:
    """Submit today's wording of every template that goes out with older buttons, under a name of its own, once.

    Until Meta approves it the older one goes on being sent. Returns how many there were. Raises PermissionMissing.
    """
    require(actor, "message.change")
    with tenant_scope(tenant):
        channels = list(Channel.objects.select_for_update().filter(status=Channel.Status.LIVE).order_by("id"))
        count = 0
        for key, language in older_wordings():
            number = (_last(key, language) or 0) + 1
            if number > MOST_VERSIONS:
                continue
            draft = library_draft(LIBRARY[key], language)
            row = TemplateVersion.objects.create(
                id=new_id(),
                tenant_id=tenant,
                key=key,
                language=language,
                number=number,
                category=draft.category.value,
                body=draft.body,
                footer=draft.footer,
                buttons=packed(draft.buttons),
                changed_at=now(),
                submitted_at=now(),
            )
            record_template(tenant, actor, "template.submit", key, language, number, object_id=row.id)
            count += 1
        for channel in channels if count else ():
            queue_sync(channel.id)
        return count


def _last(key: str, language: str) -> int | None:
    found = TemplateVersion.objects.filter(key=key, language=language).aggregate(last=Max("number"))
    last: int | None = found["last"]
    return last
