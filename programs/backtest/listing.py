"""Every difference between the live rules replayed and what was awarded, packed: there may be millions. Pure."""

import csv
import io
import zlib

HEADER = ("purchase_id", "rule", "reason", "replayed", "awarded")
LINES_A_PACK = 5_000
# A spreadsheet takes a cell that starts so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Listing:
    """Differences in the order in which they were found, as lines of CSV, some thousand packed together."""

    def __init__(self) -> None:
        self._packs: list[bytes] = []
        self._open: list[tuple[str, str, str, int, int]] = []

    def note(self, purchase: bytes, rule: str, reason: str, replayed: int, awarded: int) -> None:
        """Add one; amounts in the programme's unit."""
        safe = f"'{rule}" if rule.startswith(_FORMULA) else rule
        self._open.append((purchase.hex(), safe, reason, replayed, awarded))
        if len(self._open) >= LINES_A_PACK:
            self._close()

    def packs(self) -> list[bytes]:
        """All of it; each pack is whole lines, and `unpacked` by itself."""
        if self._open:
            self._close()
        return self._packs

    def take_in(self, packs: list[bytes]) -> None:
        """Add what another part listed."""
        self._packs += packs

    def _close(self) -> None:
        text = io.StringIO()
        csv.writer(text).writerows(self._open)
        self._packs.append(zlib.compress(text.getvalue().encode()))
        self._open = []


def unpacked(pack: bytes) -> str:
    """The lines of a pack."""
    return zlib.decompress(pack).decode()


def header_line() -> str:
    """The names of the columns, as a line."""
    return ",".join(HEADER) + "\r\n"
