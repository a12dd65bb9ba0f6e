"""The environment that the settings read under test; loaded before them (see `addopts` in pyproject.toml)."""

import os

os.environ.update(
    DEBUG="1",
    DATABASE_POOL="no",
    DATABASE_LOGIN="app",
    WHATSAPP_GRAPH_URL="http://127.0.0.1:9",
    BASE_URL="http://testserver",
    LOG_LEVEL="WARNING",
    STATIC_ROOT="static",
    # Playwright keeps an event loop in the main thread while a browser is open; the tests' own calls stay synchronous.
    DJANGO_ALLOW_ASYNC_UNSAFE="1",
)
