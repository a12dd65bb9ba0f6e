"""Pictures that people upload: opened, shrunk and written anew, so that nothing of the file sent is ever served."""

import io
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy
from PIL import Image, ImageOps, UnidentifiedImageError

from smartbis.kernel.ids import new_id

MAX_BYTES = 2 * 1024 * 1024
MAX_PIXELS = 40_000_000
FORMATS = ("PNG", "JPEG", "WEBP")


class PictureField(forms.FileField):
    """A PNG, JPEG or WebP of at most 2 MB; cleaned to the bytes of a new PNG no larger than `side` pixels."""

    default_error_messages = {
        "too_large": gettext_lazy("A imagem pode ter até 2 MB."),
        "not_a_picture": gettext_lazy("Envie uma imagem PNG, JPEG ou WebP."),
    }

    def __init__(self, *, side: int, **options: Any) -> None:
        self.side = side
        widget = forms.FileInput({"accept": "image/png,image/jpeg,image/webp"})
        super().__init__(widget=widget, **options)

    def to_python(self, data: Any) -> bytes | None:  # type: ignore[override]
        file = super().to_python(data)
        if file is None:
            return None
        if file.size is None or file.size > MAX_BYTES:
            raise ValidationError(self.error_messages["too_large"], code="too_large")
        try:
            return _re_encoded(file.read(), self.side)
        except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError):
            raise ValidationError(self.error_messages["not_a_picture"], code="not_a_picture") from None


def keep_picture(tenant: UUID, kind: str, content: bytes) -> str:
    """Store a picture under a name that cannot be guessed; returns its name in the storage."""
    return default_storage.save(f"brands/{tenant}/{kind}/{new_id()}.png", ContentFile(content))


def kept_picture(tenant: UUID, kind: str, form: forms.Form) -> str:
    """The address of the picture that came with a form, stored; empty when none came. After validation."""
    content = form.cleaned_data.get("picture")
    return default_storage.url(keep_picture(tenant, kind, content)) if content else ""


def _re_encoded(raw: bytes, side: int) -> bytes:
    """Raises what Pillow raises for what is no picture, and ValueError for one with too many pixels."""
    with Image.open(io.BytesIO(raw), formats=FORMATS) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise ValueError("too many pixels")
        upright = ImageOps.exif_transpose(picture).convert("RGBA")
    upright.thumbnail((side, side))
    out = io.BytesIO()
    upright.save(out, "PNG", optimize=True)
    return out.getvalue()
