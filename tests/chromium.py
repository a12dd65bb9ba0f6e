"""The Chromium that browser tests drive: the machine's own."""

import os
from shutil import which
from typing import Any

import pytest

CHROMIUM = which("chromium") or which("chromium-browser") or which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


def launch_options() -> dict[str, Any]:
    """How to start it. Skips the test where there is none; in CI that is a failure."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium: browser tests must not be skipped here")
        pytest.skip("no Chromium found; on Debian: apt-get install chromium")
    return {"executable_path": CHROMIUM, "args": FLAGS}
