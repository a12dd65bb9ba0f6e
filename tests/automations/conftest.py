"""The loop's own fixtures: a brand with a live channel, and its workers run on demand."""

from tests.messaging.conftest import graph, line, network

__all__ = ["graph", "line", "network"]
