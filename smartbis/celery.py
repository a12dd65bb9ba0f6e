"""The Celery application: wakes workers; every intention is in PostgreSQL."""

import os
import sys
from typing import Any

from celery import Celery, Task
from celery.signals import setup_logging, task_postrun, worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smartbis.settings")

app = Celery("smartbis")


def _configure() -> None:
    from django.conf import settings

    from smartbis.outbox.work import QUEUES, TURN_LIMITS

    transport = {
        "visibility_timeout": 600,
        "unacked_restore_interval": 5,
        "unacked_mutex_expire": 30,
        "health_check_interval": 25,
        "socket_keepalive": True,
        "socket_timeout": 30,
        "socket_connect_timeout": 1,
        # Publishing fails at once when the broker is away (kombu retries for ever else): the sweep makes up for it.
        "max_retries": 0,
        "interval_start": 0,
        "interval_step": 0,
        "interval_max": 0,
    }
    app.conf.update(
        broker_url=settings.REDIS_URL,
        broker_transport_options=transport,
        broker_connection_retry_on_startup=True,
        visibility_timeout=600,
        task_acks_late=True,
        task_reject_on_worker_lost=False,
        task_soft_time_limit=600,
        task_time_limit=660,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_max_tasks_per_child=5000,
        worker_enable_remote_control=True,
        worker_soft_shutdown_timeout=10,
        task_default_queue="relay",
        timezone="UTC",
        # Celery would close the pool of connections before and after every task: each turn began with a new session,
        # whose statements are planned anew. `_hand_connections_back` does what is needed instead.
        CELERY_DB_REUSE_MAX=sys.maxsize // 2,
        beat_schedule={
            **{
                # To each queue by itself: a sweep that was a job of one queue waited behind whatever that queue did.
                f"sweep-{queue}": {
                    "task": "outbox.drain",
                    "args": (queue,),
                    "schedule": 1.0,
                    "options": {"queue": queue, "expires": 10, **TURN_LIMITS.get(queue, {})},
                }
                for queue in QUEUES
            },
            "turns": {"task": "outbox.turns", "schedule": 60.0, "options": {"expires": 1800}},
        },
    )


_configure()
app.autodiscover_tasks()


@setup_logging.connect  # Celery's own hook, not a signal of the product
def _use_our_logs(**_: object) -> None:
    from smartbis.logs import configure_logs

    configure_logs()


@task_postrun.connect
def _hand_connections_back(task: "Task[Any, Any]", **_: object) -> None:
    """To the pool, which drops broken ones; a task that a caller runs itself has the caller's."""
    from django.db import close_old_connections

    if not task.request.is_eager:
        close_old_connections()


@worker_process_init.connect
def _refuse_an_unprotected_database(**_: object) -> None:
    from smartbis.kernel.collecting import collect_rarely
    from smartbis.tenancy.catalogue import verify

    verify()
    collect_rarely()
