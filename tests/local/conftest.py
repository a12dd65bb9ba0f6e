"""A place for servers of a test's own, and who is left there."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from smartbis.local.folders import remove_runtime_folder, runtime_folder


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """An empty data folder; whatever still runs there at the end is a failure, and is ended."""
    folder = Path(tempfile.mkdtemp(prefix="smartbis-test-"))
    yield folder
    left = processes_of(folder)
    for process in left:
        with contextlib.suppress(psutil.Error):
            process.kill()
    shutil.rmtree(folder)
    shutil.rmtree(runtime_folder(folder))
    remove_runtime_folder(folder)
    assert left == []


def processes_of(folder: Path) -> list[psutil.Process]:
    """Every live process that names or inhabits `folder`."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            if str(folder) in " ".join(process.cmdline()) or str(folder) in process.cwd():
                found.append(process)
    return found
