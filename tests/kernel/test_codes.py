"""Codes that people type: what they confuse is folded, what they mistype is noticed before anything is looked up."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from smartbis.kernel.codes import ALPHABET, group_code, new_code, new_token, normalise_code, parse_qr, qr_payload

CODES = some.builds(new_code)
PLACES = some.integers(min_value=0, max_value=11)


@given(CODES)
def test_a_code_is_read_as_people_write_it(code: str) -> None:
    assert len(code) == 12
    for written in (code, code.lower(), group_code(code), f"  {group_code(code).lower()} ", ".".join(code)):
        assert normalise_code(written) == code


@given(CODES)
def test_letters_that_look_like_digits_are_digits(code: str) -> None:
    confused = code.replace("0", "O").replace("1", "l")
    assert normalise_code(confused) == normalise_code(confused.replace("l", "I")) == code


@given(CODES, PLACES, some.sampled_from(ALPHABET))
def test_any_one_wrong_character_is_noticed(code: str, place: int, other: str) -> None:
    assume(code[place] != other)
    assert normalise_code(code[:place] + other + code[place + 1 :]) is None


@given(CODES, PLACES, PLACES)
def test_any_two_swapped_characters_are_noticed(code: str, one: int, two: int) -> None:
    assume(code[one] != code[two])
    swapped = list(code)
    swapped[one], swapped[two] = swapped[two], swapped[one]
    assert normalise_code("".join(swapped)) is None


@pytest.mark.parametrize("text", ["", "8F3K", "8F3K-2QZP-7XMAA", "UUUU-UUUU-UUUU", "é" * 12, "8F3K 2QZP 7XM"])
def test_what_cannot_be_a_code_is_none(text: str) -> None:
    assert normalise_code(text) is None


@given(some.text(max_size=40))
def test_no_text_breaks_the_readers(text: str) -> None:
    assert normalise_code(text) is None or len(normalise_code(text) or "") == 12
    assert parse_qr(text) is None or len(parse_qr(text) or "") == 26


def test_a_qr_holds_a_token_and_nothing_else_is_one() -> None:
    token = new_token()
    assert parse_qr(qr_payload(token)) == parse_qr(f" {qr_payload(token).lower()}\n") == token
    assert parse_qr(token) is None
    assert parse_qr(qr_payload(token)[:-1]) is None
    assert parse_qr("https://example.com/") is None
