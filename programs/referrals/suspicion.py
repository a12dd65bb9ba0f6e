"""Signs that somebody refers themselves. None of them refuses anything: a person decides."""

from datetime import timedelta
from uuid import UUID

from programs.models import Referral
from smartbis.customers.infos import ContactInfo
from smartbis.customers.selectors import contacts_of, export_person
from smartbis.kernel.clock import now
from smartbis.kernel.people import Actor
from smartbis.kernel.phones import variants
from smartbis.tenancy.selectors import staff

# So many friends of one referrer entered by one person within a month are looked at.
SAME_OPERATOR = 3
MONTH = timedelta(days=30)
_DOTLESS = frozenset({"gmail.com", "googlemail.com"})


def suspicions(*, tenant: UUID, referrer: UUID, friend: UUID, actor: Actor, seen_here: tuple[UUID, ...]) -> list[str]:
    """The codes of what looks wrong: same_phone, same_email, same_cpf, same_device, own_operator, same_operator."""
    found = []
    if _share_a_number(tenant, referrer, friend):
        found.append("same_phone")
    ours, theirs = _identities(tenant, referrer), _identities(tenant, friend)
    if ours.get("email") and plain_email(ours["email"]) == plain_email(theirs.get("email", "")):
        found.append("same_email")
    if ours.get("cpf") and ours["cpf"] == theirs.get("cpf"):
        found.append("same_cpf")
    if referrer in seen_here:
        found.append("same_device")
    if actor.kind == "staff" and actor.id is not None:
        if ours.get("email") and plain_email(ours["email"]) in _emails_of(tenant, actor):
            found.append("own_operator")
        by_them = Referral.objects.filter(
            referrer_id=referrer, actor_kind="staff", actor_id=actor.id, bound_at__gte=now() - MONTH
        )
        if by_them.count() >= SAME_OPERATOR:
            found.append("same_operator")
    return found


def plain_email(text: str) -> str:
    """An address without what mail providers ignore: case, `+tag`, and the dots of Gmail."""
    name, _, domain = text.strip().casefold().partition("@")
    name = name.partition("+")[0]
    if domain in _DOTLESS:
        name, domain = name.replace(".", ""), "gmail.com"
    return f"{name}@{domain}" if name and domain else ""


def _share_a_number(tenant: UUID, referrer: UUID, friend: UUID) -> bool:
    """Whether one's number is the other's in another form, such as without the ninth digit."""
    contacts = contacts_of(tenant=tenant, customers=[referrer, friend])
    forms = [_forms(contacts[each]) if each in contacts else frozenset() for each in (referrer, friend)]
    return bool(forms[0] & forms[1])


def _forms(contact: ContactInfo) -> frozenset[str]:
    numbers = (contact.phone_e164, f"+{contact.wa_id}" if contact.wa_id else None)
    return frozenset(form for number in numbers if number for form in (number, *variants(number)))


def _identities(tenant: UUID, customer: UUID) -> dict[str, str]:
    found: dict[str, str] = export_person(tenant=tenant, customer=customer)["identities"]
    return found


def _emails_of(tenant: UUID, actor: Actor) -> frozenset[str]:
    return frozenset(plain_email(each.email) for each in staff(tenant=tenant) if actor.id in (each.id, each.user_id))
