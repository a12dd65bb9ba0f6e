"""The brand of the run: people who agreed to everything, a number at the sandbox, and what is written to them."""

import json
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from benchmarks.faultrun.worker import skipped

NOTICE, OFFER, CODE = "welcome", "plan_ending", "sign_in_code"
# Of ten messages, three are offers; one more in fifty is a sign-in code.
OFFERS_OF_TEN = 3
CODES_OF = 50
PEOPLE_SHARE = 5


@dataclass(frozen=True)
class Brand:
    """Whom the run is about. `connection` is the channel's invented secrets."""

    tenant: UUID
    people: tuple[UUID, ...]
    connection: Any
    sandbox: str

    def control(self, path: str, body: Mapping[str, Any]) -> Any:
        """A call to the sandbox's control addresses."""
        data = json.dumps(body).encode()
        request = urllib.request.Request(f"{self.sandbox}/_sandbox/{path}", data=data, method="POST")
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def asked(self, path: str) -> Any:
        """What the sandbox's control addresses tell."""
        with urllib.request.urlopen(f"{self.sandbox}/_sandbox/{path}", timeout=30) as answer:
            return json.load(answer)


def make_brand(sandbox: str, messages: int) -> Brand:
    """A brand with a fifth as many people as messages, whose rules keep nothing back."""
    from messaging.models import Template
    from messaging.sending_rules import Rules
    from messaging.services import set_sending_rules
    from messaging.stand_in import connect_to_stand_in
    from smartbis.customers.infos import ConsentGiven, CustomerDraft, Origin
    from smartbis.customers.services import enrol_in_bulk
    from smartbis.kernel.people import Actor
    from smartbis.tenancy.scope import tenant_scope
    from smartbis.tenancy.services import open_tenant

    tenant = open_tenant(slug="faults", name="Casa Tempestade", default_area_code="11").id
    connection = connect_to_stand_in(tenant=tenant, sandbox_url=sandbox)
    free = Rules(quiet_from=None, quiet_until=None, rests_on_holidays=False, marketing_cap=None)
    set_sending_rules(tenant=tenant, rules=free, actor=Actor(kind="staff", role="owner"))
    with tenant_scope(tenant):  # Meta turned it into an advertisement
        Template.objects.filter(key=OFFER).update(category="marketing")
    consents = ConsentGiven(utility=True, marketing=True, text_version="1")
    people: list[UUID] = []
    phones = [f"+55119{60_000_000 + number:08d}" for number in range(max(messages // PEOPLE_SHARE, 10))]
    for start in range(0, len(phones), 1000):
        drafts = [CustomerDraft(key=each, phone=each, consents=consents) for each in phones[start : start + 1000]]
        people += enrol_in_bulk(tenant=tenant, drafts=drafts, origin=Origin(channel="import")).values()
    return Brand(tenant, tuple(people), connection, sandbox)


def queue_all(brand: Brand, messages: int, clock: Any) -> Iterator[int]:
    """Queue the messages one by one, as what causes them would; yields how many there are so far."""
    from messaging.library import template_spec
    from messaging.services import queue_message, queue_sign_in_code
    from smartbis.kernel.clock import frozen
    from smartbis.kernel.ids import new_id

    for number in range(messages):
        with frozen(datetime.now(UTC) + skipped(clock)):
            if number % CODES_OF == 0:
                phone = f"+55119{70_000_000 + number:08d}"
                queue_sign_in_code(tenant=brand.tenant, phone=phone, code=f"{number:06d}", challenge=new_id())
            else:
                spec = template_spec(OFFER if number % 10 < OFFERS_OF_TEN else NOTICE)
                queue_message(
                    tenant=brand.tenant,
                    customer=brand.people[number % len(brand.people)],
                    template=spec.key,
                    parameters={name: spec.examples.get(name, "x") for name in spec.parameters},
                    cause=f"fault-run:{number}",
                )
        yield number + 1


def connect_again(brand: Brand) -> bool:
    """Somebody gives a stopped number its token again; whether it was stopped."""
    from messaging.selectors import channels
    from messaging.services import connect_channel
    from smartbis.kernel.people import Actor

    (info,) = channels(tenant=brand.tenant)
    if info.status == "live":
        return False
    connect_channel(
        tenant=brand.tenant,
        phone_number_id=brand.connection.phone_number_id,
        waba_id=brand.connection.waba_id,
        token=brand.connection.token,
        app_secret=brand.connection.app_secret,
        verify_token=brand.connection.verify_token,
        display_name=info.display_name,
        display_phone_number=info.display_phone_number,
        submit_templates=False,
        actor=Actor(kind="staff", role="owner"),
    )
    return True
