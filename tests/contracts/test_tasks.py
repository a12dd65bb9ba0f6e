"""Every Celery task and every worker of a queue is known, and says whose work it does."""

import inspect
from typing import Any
from uuid import UUID

from smartbis.celery import app
from smartbis.outbox import work

# task -> why it needs no tenant; a task of one tenant takes `tenant` first and is not listed here
PLATFORM_TASKS = {
    "outbox.drain": "finds tenants with work due by wake-up rows, then lets each worker work for one tenant at a time",
    "outbox.turns": "asks for every tenant's turn in each queue once an hour; touches no tenant's row",
}


def _own_tasks() -> dict[str, Any]:
    app.loader.import_default_modules()
    return {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}


def test_every_task_is_a_tenants_or_on_the_list_of_the_platforms() -> None:
    tasks = _own_tasks()
    for name, task in tasks.items():
        parameters = list(inspect.signature(task.run).parameters)
        is_tenants = parameters[:1] == ["tenant"]
        assert is_tenants != (name in PLATFORM_TASKS), (
            f"{name} takes {parameters}: give it `tenant` first or add it to PLATFORM_TASKS with its reason"
        )
    assert set(PLATFORM_TASKS) <= set(tasks), "the list names tasks that are gone"


def test_every_scheduled_task_exists_and_is_the_platforms() -> None:
    for entry in app.conf.beat_schedule.values():
        assert entry["task"] in _own_tasks()
        assert entry["task"] in PLATFORM_TASKS


def test_every_worker_of_a_queue_works_for_one_tenant() -> None:
    for queue, workers in work._workers.items():
        assert queue in work.QUEUES, f"nobody drains the queue {queue}"
        for function in workers:
            parameters = inspect.signature(function).parameters
            assert list(parameters) == ["tenant"], f"{function} takes {list(parameters)}"
            assert parameters["tenant"].annotation is UUID or parameters["tenant"].annotation == "UUID"
