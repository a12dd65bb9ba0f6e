"""Becoming a customer at the brand's own page."""

from uuid import UUID

from portal.infos import JoinDraft
from programs.referrals.services import bind_referral
from smartbis.customers.infos import CATEGORIES, ConsentGiven, Origin
from smartbis.customers.selectors import allows
from smartbis.customers.services import find_or_enrol, record_consent
from smartbis.kernel.people import Actor
from smartbis.tenancy.scope import tenant_scope


def enrol_by_draft(*, tenant: UUID, phone: str, draft: JoinDraft) -> tuple[UUID, bool]:
    """The customer with this proven number, enrolled now if there was none; whether they are new.

    Who is known keeps their name; what they have just ticked counts for them too.
    Raises InvalidInput. Publishes CustomerEnrolled, ConsentChanged.
    """
    given = ConsentGiven(utility=draft.utility, marketing=draft.marketing, text_version=draft.text_version)
    with tenant_scope(tenant):
        info, is_new = find_or_enrol(
            tenant=tenant,
            name=draft.name,
            phone=phone,
            consents=given,
            origin=Origin(channel="portal", store=draft.store, actor=Actor(kind="customer")),
        )
        if not is_new:
            for category in CATEGORIES:
                if getattr(draft, category) and not allows(tenant=tenant, customer=info.id, category=category):
                    record_consent(
                        tenant=tenant,
                        customer=info.id,
                        category=category,
                        granted=True,
                        text_version=draft.text_version,
                        channel="portal",
                        actor=Actor(kind="customer", id=info.id),
                        store=draft.store,
                    )
        elif draft.referred_by:
            bind_referral(
                tenant=tenant,
                code=draft.referred_by,
                friend=info.id,
                channel="portal",
                actor=Actor(kind="customer", id=info.id),
                seen_here=tuple(UUID(each) for each in draft.seen_here),
            )
    return info.id, is_new
