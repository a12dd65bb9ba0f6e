"""How fast one process sends when no limit holds it, beside heyoo called bare with the same payloads.

Nobody listens for statuses meanwhile, on either side. heyoo as it is shipped opens a connection for each call, one
after the other; the harder peer calls it from as many threads as ours, over connections that stay open.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import heyoo
import requests

from benchmarks.channel.brands import NO_LIMIT, Sender, drop_waiting, queue_many
from benchmarks.clients import Burst
from benchmarks.peers import Figure, figures, side_by_side

# More than can be sent: a round never runs dry.
MOST_A_SECOND = 900


def measured(sender: Sender, *, rounds: int, seconds: float, postmaster: int | None) -> list[Figure]:
    """Our loop and the two peers, in turn."""
    from messaging.sending import CONNECTIONS

    _stop_listening(sender)
    meet_everybody(sender)
    payload = _pattern(sender)
    ours, bare = "send loop, no limits, one process", "heyoo alone, one call after the other"
    threads = f"heyoo alone, {CONNECTIONS} threads, open connections"
    contestants: dict[str, Callable[[float], Burst]] = {
        bare: partial(_bare_loop, sender, payload),
        threads: partial(_bare_threads, sender, payload, CONNECTIONS),
        ours: partial(_send_loop, sender),
    }
    told = side_by_side(contestants, rounds=rounds, seconds=seconds, postmaster=postmaster)
    made = figures(told, "messages/s", {ours: bare, threads: bare})
    rates = {figure.name: figure.value for figure in made}
    for figure in made:
        if figure.name == ours:
            figure.facts["of_the_threads"] = round(rates[ours] / rates[threads], 3)
    return made


def _stop_listening(sender: Sender) -> None:
    from messaging.whatsapp.transport import TRANSPORT

    url = f"{sender.sandbox}/v26.0/{sender.connection.waba_id}/subscribed_apps"
    TRANSPORT.delete(url, headers={"Authorization": f"Bearer {sender.connection.token}"})


def meet_everybody(sender: Sender) -> None:
    """One message for each person: what WhatsApp calls them is learnt once, and is no part of a round."""
    from messaging.sending import send_due

    sender.limited_to(NO_LIMIT)
    queue_many(sender, len(sender.people), wake=False)
    while send_due(tenant=sender.tenant):
        pass


def _send_loop(sender: Sender, seconds: float) -> Burst:
    from messaging.models import Message
    from messaging.sending import send_due
    from smartbis.kernel.clock import now
    from smartbis.tenancy.scope import tenant_scope

    queue_many(sender, int(MOST_A_SECOND * (seconds + 2)), wake=False)
    began, start = now(), time.perf_counter()
    while send_due(tenant=sender.tenant) and time.perf_counter() - start < seconds:
        pass
    lasted = time.perf_counter() - start
    drop_waiting([sender])
    with tenant_scope(sender.tenant, read_only=True):
        count = Message.objects.filter(accepted_at__gte=began).count()
    return Burst(count, lasted)


def _bare_loop(sender: Sender, payload: dict[str, Any], seconds: float) -> Burst:
    from messaging.whatsapp.transport import install

    install()
    heyoo.requests = requests  # as it is shipped
    try:
        latencies = _calls(sender, payload, 0, 1, time.perf_counter() + seconds)
    finally:
        install()
    return Burst(len(latencies), seconds, latencies)


def _bare_threads(sender: Sender, payload: dict[str, Any], threads: int, seconds: float) -> Burst:
    from messaging.whatsapp.transport import install

    install()
    until = time.perf_counter() + seconds
    with ThreadPoolExecutor(threads) as pool:
        parts = [pool.submit(_calls, sender, payload, place, threads, until) for place in range(threads)]
        latencies = [each for part in parts for each in part.result()]
    return Burst(len(latencies), seconds, latencies)


def _calls(sender: Sender, payload: dict[str, Any], place: int, step: int, until: float) -> list[float]:
    """Call until then; the latencies in milliseconds. Raises RuntimeError for what the sandbox does not take."""
    from django.conf import settings

    api = heyoo.WhatsApp(sender.connection.token, sender.number)
    api.url = f"{settings.WHATSAPP_GRAPH_URL}/{settings.WHATSAPP_GRAPH_VERSION}/{sender.number}/messages"
    latencies, number, before = [], place, time.perf_counter()
    while before < until:
        answer = api.send_custom_json({**payload, "to": sender.phones[number % len(sender.phones)]})
        if "messages" not in answer:
            raise RuntimeError(f"the sandbox refused: {answer}")
        after = time.perf_counter()
        latencies.append((after - before) * 1000)
        number, before = number + step, after
    return latencies


def _pattern(sender: Sender) -> dict[str, Any]:
    """A message as we POST it, for the peers to send to everybody."""
    from messaging.composing import Composer
    from messaging.models import Message
    from messaging.whatsapp.payloads import Recipient
    from smartbis.kernel.clock import now
    from smartbis.tenancy.scope import tenant_scope

    queue_many(sender, 1, wake=False)
    with tenant_scope(sender.tenant):
        row = Message.objects.filter(status="queued")[0]
        payload = Composer([row], now()).payload(row, Recipient(phone=sender.phones[0]))
    drop_waiting([sender])
    return payload
