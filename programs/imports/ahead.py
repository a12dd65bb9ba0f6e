"""Reading ahead: the next chunk of a file is read while the database works on the one at hand."""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def read_ahead(items: Iterator[T]) -> Generator[T, None, None]:
    """The same items in their order, each made by a thread of its own while the one before it is worked on.

    What `items` raises is raised where its item would have come. Once this iterator is closed nobody reads any more, so
    that what is read from may be closed too. `items` must not touch the database: a connection belongs to its thread.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="read-ahead") as reader:
        coming = reader.submit(_next, items)
        while found := coming.result():
            coming = reader.submit(_next, items)
            yield found[0]


def _next(items: Iterator[T]) -> tuple[T] | None:
    for item in items:
        return (item,)
    return None
