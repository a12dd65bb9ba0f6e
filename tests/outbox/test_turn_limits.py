"""How long a turn of a queue may take."""

from typing import Any

import pytest

from smartbis.outbox import tasks
from smartbis.outbox.work import QUEUES


@pytest.mark.django_db
def test_only_the_queue_of_long_work_may_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A replay that cannot be divided is one turn; what tills and customers wait for keeps Celery's usual limit."""
    sent: dict[str, dict[str, Any]] = {}
    monkeypatch.setattr(tasks.drain, "apply_async", lambda args, **options: sent.update({args[0]: options}))
    tasks.sweep()
    assert sorted(sent) == sorted(QUEUES)
    assert [queue for queue, options in sent.items() if "soft_time_limit" in options] == ["bulk"]
    assert 3_600 < sent["bulk"]["soft_time_limit"] < sent["bulk"]["time_limit"]
