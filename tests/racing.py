"""Rivals: the same thing done at once by threads with connections of their own."""

import threading
from collections.abc import Callable
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def race(*works: Callable[[], T]) -> list[T | Exception]:
    """Start all works at one moment; what each returned or raised, in their order."""
    barrier = threading.Barrier(len(works))
    results: list[T | Exception] = [RuntimeError("did not finish")] * len(works)

    def run(place: int, work: Callable[[], T]) -> None:
        try:
            barrier.wait(timeout=10)
            results[place] = work()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results
