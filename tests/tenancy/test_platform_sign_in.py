"""The platform's door is as slow for guessers as every other."""

import pytest
from django.test import RequestFactory

from smartbis.tenancy.models import User
from smartbis.tenancy.platform_sign_in import PlatformSignInForm
from smartbis.tenancy.services.sign_in import PAIR_LIMIT

EMAIL, PASSWORD = "staff@smartbis.example", "right-and-long-enough"


def attempt(password: str, email: str = EMAIL) -> bool:
    request = RequestFactory().post("/login/")
    return PlatformSignInForm(request=request, data={"username": email, "password": password}).is_valid()


@pytest.fixture
def staff(db: None) -> User:
    return User.objects.create_user(email=EMAIL, password=PASSWORD, is_staff=True)


def test_guesses_run_out_and_the_right_one_is_refused_then_too(staff: User) -> None:
    assert attempt(PASSWORD)
    assert [attempt("wrong") for _ in range(PAIR_LIMIT)] == [False] * PAIR_LIMIT
    assert not attempt(PASSWORD)


def test_who_does_not_work_for_the_platform_stays_out(staff: User) -> None:
    User.objects.create_user(email="owner@aurora.example", password=PASSWORD)
    assert not attempt(PASSWORD, "owner@aurora.example")
    assert attempt(PASSWORD, EMAIL.upper())
