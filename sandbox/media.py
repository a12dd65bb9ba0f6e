"""Uploaded and received files: kinds, sizes and how long an id lives."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

from sandbox.box import Box
from sandbox.errors import GraphError
from sandbox.numbers import numeric_id
from sandbox.store import Store

MEGABYTE = 1024 * 1024
LIMITS = {"image": 5 * MEGABYTE, "audio": 16 * MEGABYTE, "video": 16 * MEGABYTE, "document": 100 * MEGABYTE}
STICKER_MAX = 500 * 1024
KINDS = {
    "image/jpeg": "image", "image/png": "image", "image/webp": "sticker", "audio/aac": "audio", "audio/mp4": "audio",
    "audio/mpeg": "audio", "audio/amr": "audio", "audio/ogg": "audio", "video/mp4": "video", "video/3gpp": "video",
    "text/plain": "document", "application/pdf": "document", "application/msword": "document",
    "application/vnd.ms-excel": "document", "application/vnd.ms-powerpoint": "document",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "document",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "document",
}  # fmt: skip
UPLOAD_LIFE = 30 * 24 * 3600
# The smallest valid PNG, for a persona who sends a picture without saying which.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@dataclass
class Media:
    """One stored file."""

    id: str
    phone_number_id: str
    mime_type: str
    sha256: str
    filename: str
    data: bytes
    created_at: float


def add(box: Box, phone_number_id: str, mime_type: str, filename: str, data: bytes) -> Media:
    """Store a file and return it with its id.

    Raises: GraphError 131053 for a kind or size Meta does not take.
    """
    kind = KINDS.get(mime_type.split(";")[0].strip().lower())
    if kind is None:
        raise GraphError(131053, f"Param file must be a file with one of the supported types, got {mime_type}")
    most = STICKER_MAX if kind == "sticker" else LIMITS[kind]
    if not 1 <= len(data) <= most:
        raise GraphError(131053, f"File size for {kind} must be between 1 and {most} bytes")
    one = Media(
        numeric_id(box.rng), phone_number_id, mime_type, hashlib.sha256(data).hexdigest(), filename, data,
        box.clock.now(),
    )  # fmt: skip
    box.store.run(
        "INSERT INTO media (id, phone_number_id, mime_type, sha256, filename, data, created_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (one.id, phone_number_id, mime_type, one.sha256, filename, data, one.created_at),
    )
    return one


def get(store: Store, media_id: str, phone_number_id: str = "", now: float = 0.0) -> Media | None:
    """Return a stored file that is not past its 30 days, of one number if it is given."""
    row = store.one("SELECT * FROM media WHERE id = ?", (media_id,))
    if row is None or (phone_number_id and row["phone_number_id"] != phone_number_id):
        return None
    return None if now - row["created_at"] > UPLOAD_LIFE else Media(**dict(row))


def delete(store: Store, media_id: str) -> None:
    """Forget a file."""
    store.run("DELETE FROM media WHERE id = ?", (media_id,))


def described(box: Box, one: Media) -> dict[str, Any]:
    """Return the Graph answer for a media id: where to download it, with the bearer token, and its digest."""
    return {
        "messaging_product": "whatsapp",
        "url": f"{box.public_url}/_media/{one.id}",
        "mime_type": one.mime_type,
        "sha256": one.sha256,
        "file_size": len(one.data),
        "id": one.id,
    }
