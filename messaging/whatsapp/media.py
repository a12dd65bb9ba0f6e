"""Files at Meta: uploaded once and sent by id, downloaded only from Meta's hosts and only up to their kind's size.

heyoo's own `upload_media` leaks the file and its `download_media` sends the token to any address; neither is used.
An uploaded id lives 30 days, a received one 7, a download address 5 minutes.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
from django.conf import settings

from messaging.whatsapp.errors import GatewayError, OutcomeUnknown, PayloadInvalid, Refused
from messaging.whatsapp.gateway import WhatsAppGateway
from messaging.whatsapp.guard import refuse_inside_transaction
from messaging.whatsapp.payloads import MediaKind

MEGABYTE = 1024 * 1024
KINDS: dict[str, MediaKind] = {
    **dict.fromkeys(("image/jpeg", "image/png"), "image"),
    "image/webp": "sticker",
    **dict.fromkeys(("audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg"), "audio"),
    **dict.fromkeys(("video/mp4", "video/3gpp"), "video"),
    **dict.fromkeys(("application/pdf", "text/plain"), "document"),
}
MAX_BYTES: dict[MediaKind, int] = {
    "image": 5 * MEGABYTE,
    "sticker": 500 * 1024,
    "audio": 16 * MEGABYTE,
    "video": 16 * MEGABYTE,
    "document": 100 * MEGABYTE,
}
_OK = 200
# What the bytes are sent to: `upload:`, and perhaps a query that Meta signed it with.
_SESSION = re.compile(r"upload:[\w=?&.:%-]+")
_CHUNK = 64 * 1024
_UPLOAD_TIMEOUT_SECONDS = (3.05, 60.0)


class MediaRefused(GatewayError):
    """The file is of a kind or size that is not taken, or its address is not one of Meta's. Nothing was kept."""


@dataclass(frozen=True)
class MediaFile:
    """A downloaded file. `mime_type` is what Meta says it is, without parameters."""

    kind: MediaKind
    mime_type: str
    content: bytes = field(repr=False)


class MediaGateway(WhatsAppGateway):
    """The files of one number. Raises as the gateway does, and MediaRefused."""

    def upload(self, content: bytes, mime_type: str, filename: str) -> str:
        """Give Meta a file and return its id, to be sent by. Raises PayloadInvalid for a kind or size it refuses."""
        refuse_inside_transaction()
        kind = KINDS.get(mime_type)
        if kind is None:
            raise PayloadInvalid(f"{mime_type[:60]} is not taken")
        if not 0 < len(content) <= MAX_BYTES[kind]:
            raise PayloadInvalid(f"{kind} has 1 to {MAX_BYTES[kind]} bytes")
        answer = self._judged(
            lambda: self._transport.post(
                f"{self._heyoo.base_url}/{self._credentials.phone_number_id}/media",
                headers=self._bearer(),
                data={"messaging_product": "whatsapp", "type": mime_type},
                files={"file": (filename, content, mime_type)},
                timeout=_UPLOAD_TIMEOUT_SECONDS,
            ).json()
        )
        media_id = answer.get("id")
        if not isinstance(media_id, str) or not media_id:
            raise OutcomeUnknown("the answer names no file")
        return media_id

    def upload_sample(self, content: bytes, mime_type: str, filename: str) -> str:
        """Give Meta the sample of a template's header, and return the handle that its definition names it by.

        Two calls, "Resumable Upload API": a session of the token's own app, then the bytes.
        """
        asked = {"file_name": filename, "file_length": len(content), "file_type": mime_type}
        session = self._graph("post", "app/uploads", params=asked).get("id")
        if not isinstance(session, str) or not _SESSION.fullmatch(session):
            raise OutcomeUnknown("the answer names no upload")
        answer = self._judged(
            lambda: self._transport.post(
                f"{self._heyoo.base_url}/{session}",
                headers={"Authorization": f"OAuth {self._credentials.token}", "file_offset": "0"},
                data=content,
                timeout=_UPLOAD_TIMEOUT_SECONDS,
            ).json()
        )
        handle = answer.get("h")
        if not isinstance(handle, str) or not handle:
            raise OutcomeUnknown("the answer names no handle")
        return handle

    def download(self, media_id: str) -> MediaFile:
        """A file that a person sent, or that was uploaded.

        The token goes to Meta's hosts alone (`WHATSAPP_MEDIA_HOSTS`, and the API's own), over TLS, without following
        redirects; reading stops at the kind's limit. Raises MediaRefused.
        """
        if not media_id.isdigit():
            raise MediaRefused("a media id is digits")
        known = self._graph("get", media_id, params={"phone_number_id": self._credentials.phone_number_id})
        mime_type = str(known.get("mime_type") or "").split(";")[0].strip().lower()
        kind = KINDS.get(mime_type)
        if kind is None:
            raise MediaRefused(f"{mime_type[:60]} is not taken")
        url = str(known.get("url") or "")
        if not is_metas(url):
            raise MediaRefused("the file is not on one of Meta's hosts")
        return MediaFile(kind, mime_type, self._read(url, MAX_BYTES[kind]))

    def delete_media(self, media_id: str) -> None:
        """Have Meta forget a file."""
        if not media_id.isdigit():
            raise MediaRefused("a media id is digits")
        self._graph("delete", media_id)

    def _read(self, url: str, limit: int) -> bytes:
        refuse_inside_transaction()
        try:
            with self._transport.get(url, headers=self._bearer(), stream=True) as answer:
                if answer.status_code != _OK:
                    raise Refused(code=None, http_status=answer.status_code)
                content = bytearray()
                for chunk in answer.iter_content(_CHUNK):
                    content += chunk
                    if len(content) > limit:
                        raise MediaRefused(f"the file is larger than {limit} bytes")
        except requests.exceptions.RequestException as error:
            raise OutcomeUnknown(type(error).__name__) from error
        return bytes(content)

    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._credentials.token}"}


def is_metas(url: str) -> bool:
    """Whether the token may go to an address: HTTPS at a known host, or where the API itself is."""
    graph, asked = urlsplit(settings.WHATSAPP_GRAPH_URL), urlsplit(url)
    if asked.username or asked.password:
        return False
    if (asked.scheme, asked.netloc) == (graph.scheme, graph.netloc):
        return True
    host = asked.hostname or ""
    known = settings.WHATSAPP_MEDIA_HOSTS
    return asked.scheme == "https" and asked.port in (None, 443) and any(_is_at(host, each) for each in known)


def _is_at(host: str, known: str) -> bool:
    return host == known or (known.startswith(".") and host.endswith(known))
