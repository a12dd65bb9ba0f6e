"""Telling members by message that the rules of their programme change."""

from functools import partial
from uuid import UUID

from automations.wording import Wording
from messaging.library import language_for
from messaging.services import queue_message
from programs.selectors.notices import NoticeInfo
from programs.services.notices import tell_some
from smartbis.customers.selectors import get_customer
from smartbis.tenancy.selectors import get_tenant


def announce(*, tenant: UUID, notice: UUID) -> bool:
    """Write the next messages of a notice, once for each member; True while there may be more."""
    return tell_some(tenant=tenant, notice=notice, write=partial(_write, tenant))


def _write(tenant: UUID, notice: NoticeInfo, customer: UUID) -> None:
    person, brand = get_customer(tenant=tenant, customer=customer), get_tenant(tenant=tenant)
    wording = Wording(language_for(person.locale or brand.locale), brand.timezone)
    queue_message(
        tenant=tenant,
        customer=customer,
        template="rules_changed",
        parameters={
            "first_name": person.first_name or wording.phrases.customer,
            "program": notice.program,
            "from": wording.date(notice.effective_at),
            "change": notice.text,
        },
        cause=f"rules.changed:{notice.id}:{customer}",
    )
