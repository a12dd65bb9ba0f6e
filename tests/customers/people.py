"""Customers for tests."""

from smartbis.customers.infos import ConsentGiven, CustomerInfo, Origin
from smartbis.customers.services import enrol_customer
from smartbis.outbox.models import Event
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, store_of

PHONE = "+5511987654321"
PHONE_WITHOUT_NINE = "551187654321"
CPF = "529.982.247-25"
EMAIL = "ana@casa.com.br"


def at_counter(brand: TenantInfo) -> Origin:
    """Enrolment at the brand's counter by an operator."""
    return Origin(channel="counter", store=store_of(brand).id, actor=actor("operator"))


BOTH = ConsentGiven(utility=True, marketing=True, text_version="2026-11")
NOTICES = ConsentGiven(utility=True, marketing=False, text_version="2026-11")


def enrolled(brand: TenantInfo, name: str = "Ana Souza", phone: str | None = PHONE, **more: object) -> CustomerInfo:
    """A customer of the brand."""
    return enrol_customer(
        tenant=brand.id,
        name=name,
        phone=phone,
        origin=at_counter(brand),
        **more,  # type: ignore[arg-type]
    )


def events_of(brand: TenantInfo, name: str) -> list[dict[str, object]]:
    """The payloads of the brand's events of one name, oldest first."""
    with tenant_scope(brand.id):
        return list(Event.objects.filter(name=name).order_by("id").values_list("payload", flat=True))
