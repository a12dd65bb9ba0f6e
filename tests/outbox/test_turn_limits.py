"""How long a turn of a queue may take."""

from smartbis.celery import app
from smartbis.outbox.work import QUEUES


def test_only_the_queue_of_long_work_may_take_long() -> None:
    """A replay that cannot be divided is one turn; what tills and customers wait for keeps Celery's usual limit."""
    sweeps = [each for each in app.conf.beat_schedule.values() if each["task"] == "outbox.drain"]
    sent = {each["args"][0]: each["options"] for each in sweeps}
    assert sorted(sent) == sorted(QUEUES)
    assert [queue for queue, options in sent.items() if "soft_time_limit" in options] == ["bulk"]
    assert 3_600 < sent["bulk"]["soft_time_limit"] < sent["bulk"]["time_limit"]


def test_each_queue_is_swept_by_its_own_worker() -> None:
    """A queue that is busy for long keeps no other from being looked at."""
    for each in app.conf.beat_schedule.values():
        if each["task"] == "outbox.drain":
            assert each["options"]["queue"] == each["args"][0]
            assert each["schedule"] <= 1.0
