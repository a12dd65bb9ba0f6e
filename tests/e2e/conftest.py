"""A whole house from one command, as a stranger starts it, and a real Chromium in front of it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.pictures.furnish import furnish
from tests.pictures.house import House, houses
from tests.pictures.newcomer import opened
from tests.screenshots import SLUGS, everybody, window

ROOT = Path(__file__).parents[2]
START_SECONDS = 600


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/e2e/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="package")
def credentials(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[dict[str, Any]]:
    """The sign-ins of a house that was started for these tests, with servers and data of its own."""
    data_dir = tmp_path_factory.mktemp("house")
    own = ("DATABASE_", "REDIS_URL", "DEBUG", "BASE_URL", "STATIC_ROOT", "LOG_", "WHATSAPP_", "SECRET_", "MASTER_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    command = [sys.executable, "-m", "smartbis.local", "run", "--port", "0", "--data-dir", str(data_dir)]
    with (data_dir / "house.log").open("wb") as log:
        house = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield _wait_for(house, data_dir)
    finally:
        house.send_signal(signal.SIGTERM)
        house.wait(timeout=120)


def _wait_for(house: "subprocess.Popen[bytes]", data_dir: Path) -> dict[str, Any]:
    end = time.monotonic() + START_SECONDS
    path = data_dir / "credentials.json"
    while time.monotonic() < end and house.poll() is None:
        if path.exists():
            content: dict[str, Any] = json.loads(path.read_text())
            return content
        time.sleep(0.5)
    pytest.fail("the house did not start:\n" + (data_dir / "house.log").read_text()[-3000:])


@pytest.fixture(scope="package")
def known(credentials: dict[str, Any]) -> dict[str, House]:
    """The demo's two brands: the services card, and the association's club."""
    by_slug = houses(credentials)
    return {brand: by_slug[slug] for brand, slug in SLUGS.items()}


@pytest.fixture(scope="package")
def house(known: dict[str, House]) -> House:
    """The services card."""
    return known["card"]


@pytest.fixture(scope="package")
def club(known: dict[str, House]) -> House:
    """The association."""
    return known["club"]


@pytest.fixture(scope="package")
def brands(browser: Browser, credentials: dict[str, Any], known: dict[str, House]) -> dict[str, House]:
    """The demo's two, and one that was opened just now."""
    return {**known, "new": opened(browser, credentials)}


@pytest.fixture(scope="package")
def states(browser: Browser, brands: dict[str, House]) -> dict[tuple[str, str], Any]:
    """Everybody signed in."""
    return everybody(browser, brands)


@pytest.fixture(scope="package")
def furnished(browser: Browser, known: dict[str, House], states: dict[tuple[str, str], Any]) -> None:
    """What the demo lacks."""
    with window(browser, states["card", "owner"]) as page:
        furnish(page, known["card"], known["club"])
