"""Templates that Meta approved before buttons were links for one use: how they are told apart, and how they are filled.

Such a button leads to the template's page by an address of its own. Sent with a link's token Meta would refuse every
message; so what was approved goes on being sent as it is until a wording with today's buttons is approved.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from messaging.library import LIBRARY, definition, fingerprint
from messaging.template_specs import Category, TemplateSpec

LINKS = "links"  # today's buttons
PAGES = "pages"  # older ones, which can be filled
OTHER = "other"  # words or buttons that nobody knows how to fill any more
_SAMPLE = "0190f5d2/"

Component = Mapping[str, Any]


def paged_components(spec: TemplateSpec, language: str, portal_url: str) -> list[dict[str, Any]]:
    """What was submitted then: today's words, and a button to the page's own address."""
    url = portal_url + spec.path
    button: dict[str, Any] = {"type": "URL", "text": spec.wordings[language].button, "url": url}
    if spec.path_parameter:
        button |= {"url": url + "{{1}}", "example": [url + _SAMPLE]}
    today = definition(spec, language, portal_url)["components"]
    return [{**part, "buttons": [button]} if part["type"] == "BUTTONS" else part for part in today]


def page_values(spec: TemplateSpec, values: Mapping[str, str]) -> dict[int, str]:
    """How the address of an older button ends, by the button's index; none where the page is everybody's."""
    return {0: values[spec.path_parameter]} if spec.path_parameter else {}


def form_of(spec: TemplateSpec, language: str, portal_url: str, approved: Sequence[Component]) -> str:
    """Which buttons the library's wording has at Meta, by what Meta lists."""
    found = _essence(approved)
    if found == _essence(definition(spec, language, portal_url)["components"]):
        return LINKS
    return PAGES if found == _essence(paged_components(spec, language, portal_url)) else OTHER


def form_by_print(key: str, language: str, portal_url: str, submitted: str) -> str:
    """The same by the fingerprint of what was submitted, where Meta lists no words; nothing known is today's."""
    spec = LIBRARY.get(key)
    if not submitted or spec is None or spec.category is Category.AUTHENTICATION or language not in spec.wordings:
        return LINKS
    return _prints(key, language, portal_url).get(submitted, OTHER)


@lru_cache(maxsize=1024)
def _prints(key: str, language: str, portal_url: str) -> Mapping[str, str]:
    spec = LIBRARY[key]
    older = fingerprint(paged_components(spec, language, portal_url))
    return {older: PAGES, fingerprint(definition(spec, language, portal_url)["components"]): LINKS}


def _essence(components: Sequence[Component]) -> list[tuple[object, ...]]:
    """What people see of a template and where it leads: the parts Meta gives back as they were submitted."""
    found: list[tuple[object, ...]] = []
    for part in components:
        kind = str(part.get("type", "")).upper()
        if kind == "BUTTONS":
            buttons = part.get("buttons") or ()
            found += [(kind, each.get("type"), each.get("text"), each.get("url", "")) for each in buttons]
        else:
            found.append((kind, part.get("format", ""), part.get("text", "")))
    return sorted(found, key=str)
