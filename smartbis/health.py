"""Is this process alive, is it fit to serve, and how does it do?"""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from smartbis.outbox.selectors import queue_health

DEAF_AFTER_SECONDS = 90


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers and reaches its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """The background workers do what comes through their queues; 503 and the deaf ones otherwise."""
    deaf = [
        each.queue
        for each in queue_health()
        if each.beaten_seconds_ago is None or each.beaten_seconds_ago > DEAF_AFTER_SECONDS
    ]
    return JsonResponse({"status": "deaf" if deaf else "ok", "deaf": deaf}, status=503 if deaf else 200)


def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus: heartbeats and waiting work of each queue."""
    registry = CollectorRegistry()
    beat = Gauge(
        "smartbis_queue_heartbeat_age_seconds",
        "Since the worker last did a job",
        ["queue"],
        registry=registry,
    )
    wait = Gauge("smartbis_queue_oldest_due_seconds", "Age of the oldest due work", ["queue"], registry=registry)
    for each in queue_health():
        beat.labels(each.queue).set(float("inf") if each.beaten_seconds_ago is None else each.beaten_seconds_ago)
        wait.labels(each.queue).set(each.oldest_due_seconds)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
