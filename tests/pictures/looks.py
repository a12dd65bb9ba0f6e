"""How each screen is looked at: a sample of colours, schemes, languages and sizes that turns from screen to screen."""

from dataclasses import dataclass

SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 800}}
SCHEMES = ("light", "dark")
COLOURS = {"orange": "#f97316", "yellow": "#fde047", "navy": "#1e3a8a"}
PORTUGUESE, ENGLISH = "pt-BR", "en-US"


@dataclass(frozen=True)
class Look:
    """A brand's colour, a scheme, a language, and the sizes of one visit."""

    colour: str
    scheme: str
    locale: str = PORTUGUESE
    sizes: tuple[str, ...] = ("phone", "desktop")

    @property
    def mark(self) -> str:
        """What tells its pictures apart."""
        return f"{self.scheme}-{self.colour}{'' if self.locale == PORTUGUESE else '-en'}"


def looks_at(place: int, *, is_key: bool) -> list[Look]:
    """The looks at the screen at a place of the list.

    Light and Portuguese in both sizes; dark and English in the next colour, by turns on a phone and on a desk. A key
    screen is looked at in every colour and scheme instead, and once in English.
    """
    names = list(COLOURS)
    size = tuple(SIZES)[place % 2]
    english = Look(names[(place + 1) % 3], "dark", ENGLISH, (size,))
    if is_key:
        return [*(Look(colour, scheme) for colour in names for scheme in SCHEMES), english]
    return [Look(names[place % 3], "light"), english]
