"""The consent gate: who may be written to, asked when a message is queued and again when it is claimed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from messaging.library import Category, template_spec
from messaging.models import Message, TemplateVersion
from messaging.older_buttons import LINKS, OTHER, PAGES, form_by_print
from messaging.own_templates import portal_url
from messaging.versions import Mark, held_files
from smartbis.tenancy.scope import Reading, current_tenant, read
from smartbis.tenancy.selectors import TenantInfo, get_tenant

APPROVED = "APPROVED"
OUTDATED = "OUTDATED"  # approved in words or with buttons that are not known any more: asked for anew every night
SERVICE = "service"  # free text inside the 24-hour window

NO_CONSENT = "no_consent"
NO_CONTACT = "no_contact"
NO_CHANNEL = "no_channel"
TEMPLATE_NOT_APPROVED = "template_not_approved"
TENANT_SUSPENDED = "tenant_suspended"

# Asked at every slice.
_TEMPLATES = """
SELECT key, language, version, status, category, form, submitted_fingerprint
FROM messaging_template WHERE tenant_id = %s AND channel_id = %s
ORDER BY version DESC, id
"""
TemplateRows = Sequence[tuple[Any, ...]]


@dataclass(frozen=True)
class TemplateState:
    """What Meta says of one language of a template, in the wording that is sent: 0 is the library's.

    `form` tells which buttons that has; see `older_buttons`.
    """

    status: str
    category: str
    version: int = 0
    form: str = LINKS


TemplateStates = Mapping[tuple[str, str], TemplateState]


def templates_reading(tenant: UUID, channel: UUID) -> Reading[TemplateRows]:
    """What `states_of` needs of every template of a channel."""
    return Reading(_TEMPLATES, (tenant, channel), list)


def template_states(channel: UUID) -> TemplateStates:
    """`states_of` everything a channel has. Inside a scope."""
    return states_of(channel, read(templates_reading(current_tenant(), channel)))


def states_of(channel: UUID, found: TemplateRows) -> TemplateStates:
    """The state of every template of a channel, by key and language: of its newest approved wording that the brand has
    not retired, else of the newest. Inside a scope; one or two queries where the brand has wordings of its own.
    """
    out_of_use = unsendable(channel) if any(row[2] for row in found) else frozenset()
    states: dict[tuple[str, str], TemplateState] = {}
    for key, language, version, status, category, form, submitted in found:
        buttons = LINKS if version else form or form_before(key, language, submitted)
        if buttons == OTHER and status == APPROVED:
            status = OUTDATED
        known = states.get((key, language))
        is_better = known is None or (status == APPROVED and known.status != APPROVED)
        if is_better and (key, language, version) not in out_of_use:
            states[(key, language)] = TemplateState(status, category, version, buttons)
    return states


def form_before(key: str, language: str, submitted: str) -> str:
    """Which buttons a wording of the library has at Meta that was not asked of since they changed. Inside a scope."""
    return form_by_print(key, language, portal_url(get_tenant(tenant=current_tenant()).slug), submitted)


def unsendable(channel: UUID) -> frozenset[Mark]:
    """The brand's wordings that the channel cannot send: retired ones, and those whose file Meta does not have now.

    Inside a scope; one query, two where headers have files.
    """
    retired = Q(retired_at__isnull=False)
    rows = TemplateVersion.objects.filter(retired | Q(file__isnull=False))
    found = list(rows.values_list("key", "language", "number", "retired_at", "file_id"))
    files = {file for _, _, _, retired_at, file in found if file and not retired_at}
    has = held_files(channel, files).keys() if files else frozenset()
    return frozenset(
        (key, language, number)
        for key, language, number, retired_at, file in found
        if retired_at or (file and file not in has)
    )


def take_wording(states: TemplateStates, row: Message) -> None:
    """Note in which wording a message goes; a claim may find another approved than the queue did."""
    state = states.get((row.template, row.language))
    row.has_page_buttons = state is not None and state.form == PAGES
    if state is not None and state.version != row.version:
        row.version = state.version
        Message.objects.filter(id=row.id).update(version=state.version)


def approved_language(states: TemplateStates, key: str, wanted: str) -> str | None:
    """The language to send a template in: the wanted one if it is approved, else another that is."""
    languages = [wanted, *(each for each in template_spec(key).wordings if each != wanted)]
    return next((each for each in languages if is_approved(states, key, each)), None)


def is_suspended(brand: TenantInfo) -> bool:
    """Whether the platform suspended the brand: nothing is sent for it."""
    return brand.status != "active"


def consent_category(states: TemplateStates, row: Message) -> str | None:
    """Which consent a message needs; None where the person asked for it just now.

    That is a sign-in code, and a text in the window that the person's own message opened. Meta may turn a utility
    template into marketing: then only those who agreed to marketing get it.
    """
    if row.category in (Category.AUTHENTICATION, SERVICE):
        return None
    state = states.get((row.template, row.language))
    categories = {row.category.lower(), state.category.lower() if state else ""}
    return "marketing" if Category.MARKETING in categories else "utility"


def is_approved(states: TemplateStates, key: str, language: str) -> bool:
    state = states.get((key, language))
    return state is not None and state.status == APPROVED
