"""The template shelf of each business account: created, reviewed, listed, deleted."""

import json
import random
from dataclasses import asdict, dataclass
from typing import Any

from sandbox import samples, template_rules
from sandbox.errors import ControlError, GraphError
from sandbox.numbers import numeric_id
from sandbox.store import Store

LIMIT = 6000  # per verified business account
STATUSES = ("APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED", "FLAGGED", "IN_APPEAL", "ARCHIVED")
FIRST_STATUS = {"approve": "APPROVED", "pending": "PENDING", "reject": "REJECTED"}


@dataclass
class Template:
    """One template in one language."""

    id: str
    waba_id: str
    name: str
    language: str
    status: str
    category: str
    parameter_format: str
    components: list[dict[str, Any]]
    quality: str = "UNKNOWN"
    rejected_reason: str = "NONE"

    def component(self, kind: str) -> dict[str, Any] | None:
        """Return the component of type `kind` (upper case)."""
        return next((part for part in self.components if part["type"] == kind), None)

    def public(self) -> dict[str, Any]:
        """Return the template as the Graph API lists it."""
        return {
            "id": self.id, "name": self.name, "language": self.language, "status": self.status,
            "category": self.category, "parameter_format": self.parameter_format, "components": self.components,
            "quality_score": {"score": self.quality}, "rejected_reason": self.rejected_reason,
        }  # fmt: skip


def _load(body: str) -> Template:
    return Template(**json.loads(body))


def save(store: Store, one: Template) -> None:
    """Keep a template."""
    store.run(
        "INSERT INTO templates (id, waba_id, name, language, body) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET body = excluded.body",
        (one.id, one.waba_id, one.name, one.language, json.dumps(asdict(one))),
    )


def create(store: Store, rng: random.Random, waba_id: str, body: dict[str, Any], review: str) -> Template:
    """Create a template and review it at once as `review` says (approve, pending, reject).

    Raises: GraphError 100 naming the broken rule; subcode 2388024 for a name taken in this language.
    """
    accepted = template_rules.check(body)
    samples.check(store, accepted["components"])
    if find(store, waba_id, accepted["name"], accepted["language"]):
        raise GraphError(
            100,
            subcode=2388024,
            user_title="Content in this language already exists",
            user_message="There is already content in this language for this template.",
        )
    held = store.one("SELECT count(*) AS held FROM templates WHERE waba_id = ?", (waba_id,))
    if held and held["held"] >= LIMIT:
        raise GraphError(100, subcode=2388019, user_title="Message template limit exceeded", user_message=f"{LIMIT}")
    one = Template(
        id=numeric_id(rng),
        waba_id=waba_id,
        status=FIRST_STATUS[review],
        rejected_reason="INVALID_FORMAT" if review == "reject" else "NONE",
        **accepted,
    )
    save(store, one)
    return one


def edit(store: Store, one: Template, body: dict[str, Any], review: str) -> Template:
    """Replace the components (and, unless approved, the category) of a template; it is reviewed again.

    Raises: GraphError 100 naming the broken rule.
    """
    if body.get("category") and one.status == "APPROVED" and str(body["category"]).upper() != one.category:
        raise GraphError(100, message="(#100) The category of an approved template can't be edited.")
    merged = template_rules.check(
        {
            "name": one.name,
            "language": one.language,
            "category": body.get("category", one.category),
            "parameter_format": body.get("parameter_format", one.parameter_format),
            "components": body.get("components", one.components),
        }
    )
    samples.check(store, merged["components"])
    changed = Template(id=one.id, waba_id=one.waba_id, status=FIRST_STATUS[review], quality=one.quality, **merged)
    save(store, changed)
    return changed


def find(store: Store, waba_id: str, name: str, language: str) -> Template | None:
    """Return the template of an account by name and language."""
    row = store.one(
        "SELECT body FROM templates WHERE waba_id = ? AND name = ? AND language = ?", (waba_id, name, language)
    )
    return _load(row["body"]) if row else None


def get(store: Store, template_id: str) -> Template | None:
    """Return a template by its id."""
    row = store.one("SELECT body FROM templates WHERE id = ?", (template_id,))
    return _load(row["body"]) if row else None


def listed(store: Store, waba_id: str, filters: dict[str, str]) -> list[Template]:
    """Return an account's templates in creation order, filtered by `name`, `language`, `status`, `category`."""
    rows = store.all("SELECT body FROM templates WHERE waba_id = ? ORDER BY rowid", (waba_id,))
    found = [_load(row["body"]) for row in rows]
    for key in ("language", "status", "category"):
        if filters.get(key):
            found = [one for one in found if getattr(one, key) == filters[key]]
    if filters.get("name"):
        found = [one for one in found if filters["name"] in one.name]
    return found


def delete(store: Store, waba_id: str, name: str, template_id: str = "") -> int:
    """Delete one template (by id and name) or a name in every language; returns how many went."""
    if template_id:
        return store.run(
            "DELETE FROM templates WHERE waba_id = ? AND name = ? AND id = ?", (waba_id, name, template_id)
        )
    return store.run("DELETE FROM templates WHERE waba_id = ? AND name = ?", (waba_id, name))


def usable(store: Store, waba_id: str, name: str, language: str) -> Template:
    """Return the approved template a send names.

    Raises: GraphError 132001 when absent or not approved, 132015 when paused, 132016 when disabled.
    """
    one = find(store, waba_id, name, language)
    if one and one.status == "PAUSED":
        raise GraphError(132015, "Template is paused due to low quality")
    if one and one.status == "DISABLED":
        raise GraphError(132016, "Template is disabled due to low quality")
    if one is None or one.status not in ("APPROVED", "FLAGGED"):
        raise GraphError(132001, f"template name ({name}) does not exist in {language}")
    return one


def judge(store: Store, body: dict[str, Any]) -> Template:
    """Change status or quality of a template as Meta's review would.

    Raises: ControlError when the template is unknown or the status no status.
    """
    waba_id, name, language = (str(body.get(key, "")) for key in ("waba_id", "name", "language"))
    one = find(store, waba_id, name, language)
    if one is None:
        raise ControlError("no such template: waba_id, name and language are needed", status=404, code="not_found")
    if "status" in body:
        if body["status"] not in STATUSES:
            raise ControlError(f"status must be one of {', '.join(STATUSES)}")
        one.status = body["status"]
        one.rejected_reason = str(body.get("reason", "NONE"))
    if "quality" in body:
        if body["quality"] not in ("GREEN", "YELLOW", "RED", "UNKNOWN"):
            raise ControlError("quality must be GREEN, YELLOW, RED or UNKNOWN")
        one.quality = body["quality"]
    save(store, one)
    return one
