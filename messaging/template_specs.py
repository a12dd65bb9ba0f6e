"""What a template is: its key, category, and its wording in every language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

PLACEHOLDER = re.compile(r"\{(\w+)\}")
STOP_PT = "Responda SAIR para não receber mais avisos."
STOP_EN = "Reply STOP to receive no more notices."


class Category(StrEnum):
    """Meta's categories, in our spelling."""

    UTILITY = "utility"
    MARKETING = "marketing"
    AUTHENTICATION = "authentication"


@dataclass(frozen=True)
class Wording:
    """One language's text. `{name}` are placeholders; Meta sees them numbered."""

    body: str
    button: str
    footer: str = ""


@dataclass(frozen=True)
class TemplateSpec:
    """A template in all its languages.

    `path` is the page below the portal's address that the button's link opens; `path_parameter` names the value that
    ends it (empty when the page is the same for everybody). `examples` are the samples that Meta's review wants, and
    `in_english` those of them that read differently there.
    """

    key: str
    category: Category
    wordings: Mapping[str, Wording]
    examples: Mapping[str, str]
    path: str = ""
    path_parameter: str = ""
    in_english: Mapping[str, str] = field(default_factory=dict)

    @property
    def parameters(self) -> frozenset[str]:
        """The names that a message must bring, the button's included."""
        names = set(self.examples)
        return frozenset(names | {self.path_parameter} if self.path_parameter else names)

    def samples(self, language: str) -> Mapping[str, str]:
        """The examples as they read in one language."""
        return {**self.examples, **self.in_english} if language == "en" else self.examples

    def placeholders(self, language: str) -> list[str]:
        """The body's parameters in the order of their numbers."""
        return list(dict.fromkeys(PLACEHOLDER.findall(self.wordings[language].body)))


def notice(
    key: str,
    *,
    path: str,
    examples: Mapping[str, str],
    pt: tuple[str, str],
    en: tuple[str, str],
    path_parameter: str = "",
    in_english: Mapping[str, str] | None = None,
) -> TemplateSpec:
    """A UTILITY template that says how to stop such messages; `pt` and `en` are its body and its button."""
    return TemplateSpec(
        key=key,
        category=Category.UTILITY,
        wordings={"pt_BR": Wording(*pt, STOP_PT), "en": Wording(*en, STOP_EN)},
        examples=examples,
        path=path,
        path_parameter=path_parameter,
        in_english=in_english or {},
    )
