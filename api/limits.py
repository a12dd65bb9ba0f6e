"""How often a key may call, kept in this process's memory.

A token bucket per key: `API_RATE_PER_SECOND` sustained, `API_RATE_BURST` at once. It costs no query and no write;
the price is that it holds per process: with four web processes a key gets up to four times as much. It protects tenants
from each other's runaway scripts; limits that guard secrets (sign-in codes, passwords) are counted in PostgreSQL.
"""

import math
import threading
import time
from collections import OrderedDict
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from smartbis.tenancy.selectors import ApiKeyInfo

MOST_KEYS = 10_000


class Buckets:
    """Token buckets by key, the least recently used forgotten beyond `MOST_KEYS`. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: OrderedDict[UUID, tuple[float, float]] = OrderedDict()

    def take(self, key: UUID, *, rate: float, burst: float) -> float:
        """Take one token; returns 0, or the seconds until there is one."""
        instant = time.monotonic()
        with self._lock:
            tokens, seen = self._left.pop(key, (burst, instant))
            tokens = min(burst, tokens + (instant - seen) * rate)
            wait = 0.0 if tokens >= 1 else (1 - tokens) / rate
            self._left[key] = (tokens if wait else tokens - 1, instant)
            if len(self._left) > MOST_KEYS:
                self._left.popitem(last=False)
        return wait


BUCKETS = Buckets()


class KeyRate(BaseThrottle):
    """Answers 429 with Retry-After once a key's bucket is empty."""

    def __init__(self) -> None:
        self._wait = 0.0

    def allow_request(self, request: Request, view: Any) -> bool:
        """Whether the key has a token left."""
        rate = float(settings.API_RATE_PER_SECOND)
        key = cast(ApiKeyInfo, request.auth)
        self._wait = BUCKETS.take(key.id, rate=rate, burst=float(settings.API_RATE_BURST))
        return self._wait == 0

    def wait(self) -> float:
        """Whole seconds until the next token."""
        return math.ceil(self._wait)
