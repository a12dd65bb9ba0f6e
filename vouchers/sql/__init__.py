"""SQL of the hot path, kept as it is run."""

from pathlib import Path

TAKE_USE = (Path(__file__).parent / "take_use.sql").read_text(encoding="utf-8")
