"""Typed readers of environment variables that fail loudly."""

import base64
import binascii
import os
from urllib.parse import parse_qs, unquote, urlsplit


class SettingsError(Exception):
    """A variable is missing or unreadable; the process must not start."""


def read_text(name: str, default: str | None = None) -> str:
    """The variable's text. Raises SettingsError when it is missing and has no default."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise SettingsError(f"set {name} (see .env.example)")
    return default


def read_flag(name: str, *, default: bool = False) -> bool:
    """The variable as yes or no. Raises SettingsError for anything else."""
    value = os.environ.get(name, "").strip().lower()
    if value in ("", None):
        return default
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    raise SettingsError(f"{name} must be yes or no, not {value!r}")


def read_whole(name: str, default: int) -> int:
    """The variable as a whole number. Raises SettingsError."""
    value = os.environ.get(name, "").strip()
    try:
        return int(value) if value else default
    except ValueError as error:
        raise SettingsError(f"{name} must be a whole number, not {value!r}") from error


def read_list(name: str, default: list[str]) -> list[str]:
    """The variable's comma-separated parts."""
    value = os.environ.get(name, "").strip()
    return [part.strip() for part in value.split(",") if part.strip()] if value else default


def read_key(name: str, default: str | None = None) -> bytes:
    """A key of 32 bytes in base64. Raises SettingsError."""
    try:
        key = base64.b64decode(read_text(name, default), validate=True)
    except binascii.Error as error:
        raise SettingsError(f"{name} must be base64") from error
    if len(key) != 32:
        raise SettingsError(f"{name} must hold 32 bytes in base64")
    return key


def database_from_url(url: str) -> dict[str, object]:
    """Django's settings for a `postgresql://` URL; `?host=` names a socket folder. Raises SettingsError."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise SettingsError("the database URL must start with postgresql://")
    query = parse_qs(parts.query)
    return {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", [parts.hostname or ""])[0],
        "PORT": str(query.get("port", [parts.port or ""])[0]),
    }
