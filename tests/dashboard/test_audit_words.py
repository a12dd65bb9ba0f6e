"""The trail of actions says everything that is written into it in words."""

import re
from pathlib import Path

from dashboard.brand.audit import _actions

ROOT = Path(__file__).parents[2]
ROOMS = ("smartbis", "vouchers", "messaging", "programs", "insights", "automations", "dashboard", "portal", "api")
WRITTEN = re.compile(r'(?:\baction=|_audit\(\w+, actor, )"([a-z_]+\.[a-z_]+)"')


def test_every_action_that_is_audited_has_words() -> None:
    sources = [path.read_text() for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    written = {action for source in sources for action in WRITTEN.findall(source)}
    assert len(written) > 40
    assert written - _actions().keys() == set()
