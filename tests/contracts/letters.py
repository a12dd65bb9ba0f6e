"""The part of a world that is written to people: a wording of the brand's own, its file, and a link not opened yet."""

from uuid import UUID

from messaging.header_files import prepared
from messaging.library import Category
from messaging.links import new_link
from messaging.models import Channel, HeaderUpload, Message
from messaging.own_templates import TemplateDraft
from messaging.services import keep_header_file, save_template_draft
from smartbis.kernel.clock import now
from smartbis.tenancy.scope import tenant_scope
from tests.contracts.books import OWNER


def add_letters(tenant: UUID, names: dict[str, str], canary: str) -> None:
    """A draft, and a fresh link of a message that went out."""
    file = prepared("document", b"%PDF-1.7\n%%EOF\n", f"{canary}.pdf")
    draft = TemplateDraft(
        Category.UTILITY,
        f"Oi, {{first_name}}, aqui é a casa {canary} com o seu cadastro.",
        media=keep_header_file(tenant=tenant, file=file, actor=OWNER),
    )
    save_template_draft(tenant=tenant, key="welcome", language="pt_BR", draft=draft, actor=OWNER)
    with tenant_scope(tenant):
        channel = Channel.objects.order_by("id")[0]
        assert draft.media is not None
        assert draft.media.id is not None
        HeaderUpload.objects.create(
            tenant_id=tenant, file_id=draft.media.id, channel=channel, media_id="1", uploaded_at=now()
        )
        message = Message.objects.filter(direction="out", customer__isnull=False).order_by("id").first()
        assert message is not None
        link, names["token"] = new_link(message, "statement/", now())
        link.save()
