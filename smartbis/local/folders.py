"""Where things lie: the data folder that is kept, the short runtime folder for sockets, and the secrets."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import secrets
import stat
import tempfile
from pathlib import Path

from smartbis.local.terminal import LocalError

# sockaddr_un holds 107 bytes and a zero on Linux, 103 on macOS; the longest name put into the folder is
# ".s.PGSQL.65535.lock"
LONGEST_RUNTIME_FOLDER = 103 - len("/.s.PGSQL.65535.lock")


def private_folder(path: Path) -> Path:
    """Make `path` a folder that only its owner may enter.

    Raises: LocalError where it belongs to somebody else or is a link put there by somebody else.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise LocalError(f"{path} belongs to somebody else. Remove it, or choose another folder.")
    if stat.S_IMODE(found.st_mode) != 0o700:
        path.chmod(0o700)
    return path


def runtime_folder(data_dir: Path) -> Path:
    """The folder for sockets of `data_dir`: short, since a socket's path may have only about 100 bytes."""
    name = f"smartbis-{os.geteuid()}-{hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:12]}"
    for parent in (Path(tempfile.gettempdir()), Path("/tmp")):
        folder = parent / name
        if len(os.fsencode(folder)) <= LONGEST_RUNTIME_FOLDER:
            return private_folder(folder)
    raise LocalError(f"{parent} is too long a path for sockets. Set TMPDIR to a shorter one.")


def remove_runtime_folder(data_dir: Path) -> None:
    """Remove the folder for sockets, unless somebody still has one in it."""
    folder = runtime_folder(data_dir)
    for path in (folder / "postgres", folder):
        with contextlib.suppress(OSError):
            path.rmdir()


def kept_secret(data_dir: Path, name: str, *, make: str = "token") -> str:
    """The secret `name` of this data folder, made on first use.

    `make` is "token" (64 hexadecimal digits) or "key" (32 random bytes in base64).
    """
    path = private_folder(private_folder(data_dir) / "secrets") / name
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        value = key if make == "key" else secrets.token_hex(32)
        with contextlib.suppress(FileExistsError):  # another process was first: its value counts
            write_private(path, value + "\n", replace=False)
        return path.read_text().strip()


def write_private(path: Path, text: str, *, replace: bool = True) -> None:
    """Write `text` to `path` for its owner's eyes only, whole or not at all.

    Raises: FileExistsError where `replace` is false and there is a file already.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if replace:
        os.replace(name, path)
        return
    try:
        os.link(name, path)
    finally:
        os.unlink(name)
