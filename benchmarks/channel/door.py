"""How long the webhook's door takes, while Meta posts at a steady rate."""

import hmac
import json
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from uuid import uuid4

from benchmarks.channel.brands import Sender
from benchmarks.clients import Fleet, Paced
from benchmarks.peers import Figure, figures, side_by_side
from benchmarks.web import Line

POSTS_A_SECOND = 300
PROCESSES, THREADS = 2, 8
STATUSES_A_BODY = 10


def measured(sender: Sender, *, rounds: int, seconds: float, postmaster: int | None) -> list[Figure]:
    """The latency of one post among so many a second."""
    made = sender.connection
    world = (made.channel, made.app_secret, made.waba_id, sender.number)
    fleet = Fleet("benchmarks.channel.door:poster", world, processes=PROCESSES, threads=THREADS)
    try:
        name = f"webhook accepted, {POSTS_A_SECOND} posts of {STATUSES_A_BODY} statuses a second"
        told = side_by_side({name: fleet.run}, rounds=rounds, seconds=seconds, postmaster=postmaster)
    finally:
        fleet.close()
    _forget(sender)
    return figures(told, "posts/s", {})


def poster(world: tuple[str, str, str, str], place: int) -> Paced:
    """One of Meta's connections: posts a signed body each time."""
    channel, secret, waba_id, number = world
    line = Line()
    return Paced(_post(line, channel, secret, waba_id, number), PROCESSES * THREADS / POSTS_A_SECOND)


def _post(line: Line, channel: str, secret: str, waba_id: str, number: str) -> Callable[[], None]:
    path = f"/webhooks/whatsapp/{channel}/"

    def post() -> None:
        body = json.dumps(_body(waba_id, number)).encode()
        signature = "sha256=" + hmac.new(secret.encode(), body, sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": signature}
        status, answer = line.ask("POST", path, headers, body)
        if status != 200:
            raise RuntimeError(f"the webhook answered {status}: {answer[:200]!r}")

    return post


def _body(waba_id: str, number: str) -> dict[str, Any]:
    at = str(int(time.time()))
    statuses = [
        {"id": f"wamid.{uuid4().hex}", "status": "sent", "timestamp": at, "recipient_id": "5511999990000"}
        for _ in range(STATUSES_A_BODY)
    ]
    metadata = {"display_phone_number": "5511900000000", "phone_number_id": number}
    value = {"messaging_product": "whatsapp", "metadata": metadata, "statuses": statuses}
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": waba_id, "changes": [{"field": "messages", "value": value}]}],
    }


def _forget(sender: Sender) -> None:
    """The bodies were invented: nobody is to work on them."""
    from messaging.models import WebhookPayload
    from smartbis.tenancy.scope import tenant_scope

    with tenant_scope(sender.tenant):
        WebhookPayload.objects.filter(state="waiting").update(state="done")
