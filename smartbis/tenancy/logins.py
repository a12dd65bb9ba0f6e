"""The database's logins: owner (migrations), app (web and workers), platform (staff), backup.

Imports no Django, so that the settings can call it.
"""

import hashlib
import hmac
from urllib.parse import quote, unquote, urlsplit, urlunsplit

DERIVED = ("app", "platform", "backup")


def login_name(owner: str, login: str) -> str:
    """The role's name: `smartbis_app` for the owner `smartbis`."""
    return owner if login == "owner" else f"{owner}_{login}"


def derived_password(owner_password: str, role: str) -> str:
    """The password of a derived role: only who knows the owner's can make it."""
    return hmac.new(owner_password.encode(), role.encode(), hashlib.sha256).hexdigest()[:32]


def derived_url(owner_url: str, login: str) -> str:
    """The database URL of a derived login, from the owner's."""
    parts = urlsplit(owner_url)
    role = login_name(unquote(parts.username or ""), login)
    password = derived_password(unquote(parts.password or ""), role)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(role)}:{password}@{host}"))
