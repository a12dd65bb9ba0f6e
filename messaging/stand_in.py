"""Connecting a brand to the stand-in for Meta's API (`sandbox/`), for the demo, for trying out and for tests."""

import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

import requests

from messaging.models import Channel
from messaging.sealed import VERIFY_TOKEN, app_secrets_of, credentials_of
from messaging.selectors import channels
from messaging.services import connect_channel, sync_templates
from messaging.services.setup import note_health
from messaging.whatsapp.guard import refuse_inside_transaction
from smartbis.kernel.people import SYSTEM
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.sealing import unseal
from smartbis.tenancy.selectors import get_tenant

_TIMEOUT_SECONDS = 10
_DIGITS = 15


@dataclass(frozen=True)
class StandInConnection:
    """What is needed to play Meta towards this channel. Invented secrets, yet kept out of repr."""

    channel: str
    phone_number_id: str
    waba_id: str
    display_phone_number: str
    token: str = field(repr=False)
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)


def connect_to_stand_in(*, tenant: UUID, sandbox_url: str, display_phone_number: str = "") -> StandInConnection:
    """Give the brand a number at the stand-in and have its templates approved there; again changes nothing.

    Registers anew with the secrets it has when the stand-in has forgotten them. Calls the network: no transaction may
    be open. Raises requests.RequestException when the stand-in does not answer, the gateway's errors, ChannelRefused.
    """
    refuse_inside_transaction()
    brand = get_tenant(tenant=tenant)
    number = _invented_digits(f"number/{tenant}")
    connection = _known(tenant, number)
    if connection is None:
        phone = display_phone_number or f"+55 11 9{number[:4]}-{number[4:8]}"
        secret, token = secrets.token_hex(16), secrets.token_urlsafe(32)
        info = connect_channel(
            tenant=tenant,
            phone_number_id=number,
            waba_id=_invented_digits(f"account/{tenant}"),
            token=token,
            app_secret=secret,
            verify_token=secrets.token_urlsafe(16),
            display_name=brand.name,
            display_phone_number=phone,
            submit_templates=False,  # done below, before anybody needs one
            actor=SYSTEM,
        )
        connection = _known(tenant, info.phone_number_id)
        assert connection is not None
    _register(connection, brand.name, sandbox_url, tenant)
    with tenant_scope(tenant, read_only=True):
        channel = Channel.objects.get(phone_number_id=number).id
    sync_templates(tenant=tenant, channel=channel)
    note_health(tenant=tenant, channel=channel)
    return connection


def _known(tenant: UUID, phone_number_id: str) -> StandInConnection | None:
    with tenant_scope(tenant, read_only=True):
        row = Channel.objects.filter(phone_number_id=phone_number_id).first()
        if row is None:
            return None
        return StandInConnection(
            channel=row.public_id,
            phone_number_id=row.phone_number_id,
            waba_id=row.waba_id,
            display_phone_number=row.display_phone_number,
            token=credentials_of(row).token,
            app_secret=app_secrets_of(row)[0],
            verify_token=unseal(tenant=tenant, place=VERIFY_TOKEN, row=row.id, sealed=row.verify_token_sealed),
        )


def _register(connection: StandInConnection, name: str, sandbox_url: str, tenant: UUID) -> None:
    webhook_url = next(each.webhook_url for each in channels(tenant=tenant) if each.public_id == connection.channel)
    answer = requests.post(
        f"{sandbox_url.rstrip('/')}/_sandbox/channels",
        json={
            "channel": connection.channel,
            "phone_number_id": connection.phone_number_id,
            "waba_id": connection.waba_id,
            "token": connection.token,
            "app_secret": connection.app_secret,
            "verify_token": connection.verify_token,
            "webhook_url": webhook_url,
            "display_name": name,
            "display_phone_number": connection.display_phone_number,
        },
        timeout=_TIMEOUT_SECONDS,
    )
    answer.raise_for_status()


def _invented_digits(seed: str) -> str:
    """Digits as Meta's ids have them, the same for the same brand."""
    number = int.from_bytes(sha256(seed.encode()).digest()[:8], "big")
    return "1" + str(number)[: _DIGITS - 1].rjust(_DIGITS - 1, "0")
