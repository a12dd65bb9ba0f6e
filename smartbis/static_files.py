"""Static files under names that carry their hash, compressed once."""

from typing import Any

import brotli
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

# 11, WhiteNoise's own, takes a minute of CPU for what comes with the API's documentation, to save a tenth in size
BROTLI_QUALITY = 6


class BriskCompressor(Compressor):
    """gzip and brotli, at a quality that a first start can wait for."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        """The data in brotli."""
        return bytes(brotli.compress(data, quality=BROTLI_QUALITY))


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """The storage for HASHED_STATIC."""

    def create_compressor(self, **kwargs: Any) -> Compressor:
        """WhiteNoise's hook. Source maps are for developers' tools, which can wait."""
        kwargs["extensions"] = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
        return BriskCompressor(**kwargs)
