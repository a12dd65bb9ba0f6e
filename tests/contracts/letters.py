"""The part of a world that is written to people: a wording of the brand's own, and a link nobody has opened yet."""

from uuid import UUID

from messaging.library import Category
from messaging.links import new_link
from messaging.models import Message
from messaging.own_templates import TemplateDraft
from messaging.services import save_template_draft
from smartbis.kernel.clock import now
from smartbis.tenancy.scope import tenant_scope
from tests.contracts.books import OWNER


def add_letters(tenant: UUID, names: dict[str, str], canary: str) -> None:
    """A draft, and a fresh link of a message that went out."""
    draft = TemplateDraft(Category.UTILITY, f"Oi, {{first_name}}, aqui é a casa {canary} com o seu cadastro.")
    save_template_draft(tenant=tenant, key="welcome", language="pt_BR", draft=draft, actor=OWNER)
    with tenant_scope(tenant):
        message = Message.objects.filter(direction="out", customer__isnull=False).order_by("id").first()
        assert message is not None
        link, names["token"] = new_link(message, "statement/", now())
        link.save()
