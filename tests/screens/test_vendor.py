"""Vendored files are the ones that were chosen, with their licences, and the decoder fits its wasm."""

import hashlib
import re
from pathlib import Path

VENDOR = Path(__file__).parents[2] / "static" / "vendor"


def locked():
    lines = (VENDOR / "vendor.lock").read_text(encoding="utf-8").splitlines()
    return {path: digest for digest, path in (line.split("  ") for line in lines if not line.startswith("#"))}


def digest_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_every_vendored_file_matches_its_line_in_the_lock():
    files = [path for path in VENDOR.rglob("*") if path.is_file() and path.name != "vendor.lock"]
    assert {str(path.relative_to(VENDOR)): digest_of(path) for path in files} == locked()


def test_every_vendored_package_brings_its_licence():
    for version in VENDOR.glob("*/*"):
        assert (version / "LICENSE").is_file(), version


def test_the_wasm_is_the_one_the_ponyfill_was_built_with():
    """Another build of the decoder loads and then reads beyond its memory."""
    ponyfill = (VENDOR / "barcode-detector/3.2.2/ponyfill.js").read_text(encoding="utf-8")
    named = set(re.findall(r"\b[0-9a-f]{64}\b", ponyfill))
    assert digest_of(VENDOR / "zxing-wasm/3.1.3/zxing_reader.wasm") in named
