"""The HTTP client that heyoo uses instead of the bare `requests` module.

heyoo 0.1.2 calls `requests.post(...)` through its module's global name: without a session, without a time-out, and
following redirects with the bearer token. `install()` puts a SessionTransport under that name once per process. It
keeps no tenant's state: the token travels in each call's headers, the last answer belongs to the calling thread.
"""

import logging
import os
import threading
from typing import Any

import heyoo
import requests
from requests.adapters import HTTPAdapter

CONNECT_TIMEOUT_SECONDS = 3.05
READ_TIMEOUT_SECONDS = 15.0
POOL_SIZE = 4


class SessionTransport:
    """The part of the `requests` module that heyoo uses, over one session per thread."""

    def __init__(self, connect_timeout: float, read_timeout: float) -> None:
        self.timeouts = (connect_timeout, read_timeout)
        self._local = threading.local()

    def post(self, url: str, **options: Any) -> requests.Response:
        """POST without redirects, with time-outs."""
        return self._call("POST", url, options)

    def get(self, url: str, **options: Any) -> requests.Response:
        """GET without redirects, with time-outs."""
        return self._call("GET", url, options)

    def delete(self, url: str, **options: Any) -> requests.Response:
        """DELETE without redirects, with time-outs."""
        return self._call("DELETE", url, options)

    @property
    def last_response(self) -> requests.Response | None:
        """The last answer that this thread got, None when the last call got none."""
        return getattr(self._local, "last_response", None)

    def _call(self, method: str, url: str, options: dict[str, Any]) -> requests.Response:
        self._local.last_response = None
        options = {"timeout": self.timeouts, **options, "allow_redirects": False}
        response = self._session().request(method, url, **options)
        self._local.last_response = response
        return response

    def _session(self) -> requests.Session:
        # A session made before a fork would share its sockets with the parent.
        if getattr(self._local, "owner_process", None) != os.getpid():
            session = requests.Session()
            session.trust_env = False  # a .netrc entry would replace the bearer token
            for scheme in ("https://", "http://"):
                session.mount(scheme, HTTPAdapter(pool_maxsize=POOL_SIZE, max_retries=0))
            self._local.session, self._local.owner_process = session, os.getpid()
        session = self._local.session
        assert isinstance(session, requests.Session)
        return session


TRANSPORT = SessionTransport(CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS)


def install() -> SessionTransport:
    """Put the transport under heyoo, and keep heyoo's log lines (they carry phone numbers) out of the logs."""
    heyoo.requests = TRANSPORT
    silent = logging.getLogger("messaging.whatsapp.heyoo")
    silent.propagate, silent.disabled = False, True
    heyoo.logging = silent
    return TRANSPORT
