"""JSON that hashes are made of: the bytes that the standard library writes."""

import json
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from smartbis.kernel.jsons import fit_to_hash

SCALARS = st.none() | st.booleans() | st.integers() | st.text()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12)


@given(VALUES, st.booleans())
def test_what_is_hashed_is_what_the_standard_library_writes(value, sort_keys):
    standard = json.dumps(value, separators=(",", ":"), default=str, sort_keys=sort_keys)
    assert fit_to_hash(value, sort_keys=sort_keys) == standard.encode()


def test_what_is_no_json_is_hashed_by_its_text():
    assert fit_to_hash([datetime(2026, 5, 4, 12, tzinfo=UTC), UUID(int=1), {1: 2**70}, "\ud800"]) == (
        b'["2026-05-04 12:00:00+00:00","00000000-0000-0000-0000-000000000001",{"1":1180591620717411303424},"\\ud800"]'
    )
