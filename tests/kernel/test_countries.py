"""The country of a number, by which a message is priced."""

import pytest

from smartbis.kernel.phones import country_of


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+5511987654821", "BR"),
        ("+551187654821", "BR"),
        ("+5491123456789", "AR"),
        ("+351912345678", "PT"),
        ("+12025550123", "US"),
        ("+870773111632", ""),
        ("nobody", ""),
    ],
)
def test_a_number_tells_its_country(number: str, country: str) -> None:
    assert country_of(number) == country
