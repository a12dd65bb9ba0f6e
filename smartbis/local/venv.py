"""Make `.venv` and install what `requirements/dev.lock` names, if that was not done for this very lock.

A script for any Python from 3.11, on the standard library alone: `python3 -I smartbis/local/venv.py`.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / ".venv"
LOCK = ROOT / "requirements" / "dev.lock"
PYTHON = FOLDER / "bin" / "python"
OLDEST = (3, 11)
PROGRESS_SECONDS = 5.0


def main() -> int:
    """Have a virtual environment that matches the lock; 0, or 1 with a message."""
    if sys.version_info < OLDEST:
        newer = _newer_python()
        if newer is None:
            print(f"Smartbis needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
            print("Install one, or name it: make run PYTHON=/path/to/python3.11")
            return 1
        os.execv(newer, [newer, "-I", __file__])
    with (ROOT / "requirements" / "dev.lock").open("rb") as lock_file:
        # two `make` at once: the second waits, and finds the work done
        fcntl.flock(lock_file, fcntl.LOCK_EX)
        stamp = FOLDER / f".installed-{_fingerprint()}"
        # the second half fails where the Python it was made with has been moved or replaced
        if stamp.exists() and _succeeds([str(PYTHON), "-I", "-c", "import pip"]):
            return 0
        if not _make_folder():
            return 1
        if not _install():
            print("Installing failed. Is the package index reachable? The message above is pip's.")
            return 1
        for old in FOLDER.glob(".installed-*"):
            old.unlink()
        stamp.touch()
    return 0


def _newer_python() -> str | None:
    for minor in range(15, OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        # a version manager's shim may be on the path with nothing behind it
        if found and _succeeds([found, "--version"]):
            return found
    return None


def _fingerprint() -> str:
    """What the environment depends on: the lock, and where the folder lies, since its scripts name it."""
    return hashlib.sha256(LOCK.read_bytes() + os.fsencode(FOLDER)).hexdigest()[:16]


def _make_folder() -> bool:
    """A virtual environment with pip in it, by whichever way this Python has."""
    print("Making .venv …", flush=True)
    if _succeeds([str(PYTHON), "-m", "pip", "--version"]):
        return True
    ways = (
        [sys.executable, "-m", "venv", "--clear", str(FOLDER)],
        # Debian keeps ensurepip in a package of its own
        [sys.executable, "-m", "virtualenv", "--quiet", "--clear", str(FOLDER)],
    )
    if any(_succeeds(way) for way in ways) and PYTHON.exists():
        return True
    bare = [sys.executable, "-m", "venv", "--clear", "--without-pip", str(FOLDER)]
    by_outer_pip = [sys.executable, "-m", "pip", "--python", str(PYTHON), "install", "--quiet", "pip"]
    if _succeeds(bare) and _succeeds(by_outer_pip):
        return True
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    print(f"{sys.executable} cannot make a virtual environment with pip.")
    print(f"On Debian and Ubuntu: apt install python{version}-venv. Or name another Python: make run PYTHON=…")
    return False


def _succeeds(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:  # there is no such program
        return False


def _install() -> bool:
    """pip, quiet but for errors, with a line of progress every few seconds."""
    wanted = sum(1 for line in LOCK.read_text().splitlines() if "==" in line and not line.startswith(("#", " ")))
    print(f"Installing {wanted} packages …", flush=True)
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--root-user-action", "ignore", "-r", str(LOCK)]
    process = subprocess.Popen(command)
    started = spoken = time.monotonic()
    try:
        while process.poll() is None:
            time.sleep(0.2)
            now = time.monotonic()
            if now - spoken >= PROGRESS_SECONDS:
                print(f"  … installing ({now - started:.0f} s)", flush=True)
                spoken = now
    except KeyboardInterrupt:
        process.wait()
        raise
    return process.returncode == 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
