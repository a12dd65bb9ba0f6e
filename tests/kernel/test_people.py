"""How a person is recognised: phones with Brazil's ninth digit, CPF, e-mail."""

import pytest

from smartbis.kernel.documents import InvalidCpf, mask_cpf, normalise_cpf
from smartbis.kernel.emails import InvalidEmail, mask_email, normalise_email
from smartbis.kernel.phones import (
    InvalidPhone,
    format_phone,
    from_wa_id,
    is_mobile,
    mask_phone,
    normalise_phone,
    variants,
)

MOBILE = "+5511987654821"


@pytest.mark.parametrize(
    "written",
    ["11987654821", "(11) 98765-4821", "+55 11 98765-4821", "5511987654821", "011 98765 4821", "11 8765-4821"],
)
def test_a_mobile_is_one_number_however_it_is_written(written: str) -> None:
    assert normalise_phone(written) == MOBILE


def _normalised(written: str) -> str:
    try:
        return normalise_phone(written)
    except InvalidPhone:
        return "refused"


@pytest.mark.parametrize("start", ["90000", "91234", "95678", "96000", "97999", "98765", "99999"])
def test_the_short_way_for_mobiles_answers_what_the_library_does(start: str) -> None:
    for area in range(100):
        by_library = _normalised(f"+55.{area:02}.{start}.4821")
        assert _normalised(f"+55{area:02}{start}4821") == by_library
        assert _normalised(f"+55 ({area:02}) {start}-4821") == by_library


def test_an_area_code_completes_a_local_number() -> None:
    assert normalise_phone("98765-4821", area_code="11") == MOBILE
    with pytest.raises(InvalidPhone) as refusal:
        normalise_phone("98765-4821")
    assert refusal.value.params["reason"] == "area_code_missing"


@pytest.mark.parametrize("written", ["", "abc", "11", "00000000000", "+55 11 1234", "1" * 40])
def test_what_cannot_be_called_is_refused(written: str) -> None:
    with pytest.raises(InvalidPhone):
        normalise_phone(written)


def test_a_landline_keeps_its_eight_digits() -> None:
    landline = normalise_phone("(11) 3456-7890")
    assert landline == "+551134567890"
    assert variants(landline) == (landline,)
    assert not is_mobile(landline)


def test_both_forms_of_a_mobile_are_one() -> None:
    assert variants(MOBILE) == (MOBILE, "+551187654821")
    assert from_wa_id("551187654821") == from_wa_id("5511987654821") == MOBILE
    assert is_mobile(MOBILE)


def test_numbers_from_abroad_stay_as_they_are() -> None:
    assert normalise_phone("+351 912 345 678") == from_wa_id("351912345678") == "+351912345678"


def test_a_phone_is_shown_as_at_home_and_masked_for_others() -> None:
    assert format_phone(MOBILE) == "(11) 98765-4821"
    assert mask_phone(MOBILE) == "(11) 9****-4821"


@pytest.mark.parametrize("written", ["529.982.247-25", "52998224725", " 529 982 247 25 "])
def test_a_cpf_is_its_eleven_digits(written: str) -> None:
    assert normalise_cpf(written) == "52998224725"
    assert mask_cpf("52998224725") == "***.982.247-**"


@pytest.mark.parametrize("written", ["529.982.247-26", "111.111.111-11", "123", "", "529982247250"])
def test_a_cpf_with_wrong_check_digits_is_refused(written: str) -> None:
    with pytest.raises(InvalidCpf):
        normalise_cpf(written)


def test_an_email_is_one_address_in_any_case() -> None:
    assert normalise_email("  Ana@Casa.com.BR ") == "ana@casa.com.br"
    assert mask_email("ana@casa.com.br") == "a****@casa.com.br"


@pytest.mark.parametrize("written", ["", "ana", "ana@", "@casa.com", "ana@casa", "a b@casa.com", f"a@{'x' * 255}.com"])
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(InvalidEmail):
        normalise_email(written)
