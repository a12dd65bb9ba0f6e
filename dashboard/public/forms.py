"""The forms of staff on their way in."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _


class SignInForm(forms.Form):
    """E-mail and password. What is wrong is never said of one of them alone."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "username", "autofocus": True, "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=_("Senha"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )


class CodeForm(forms.Form):
    """The code of an invitation, for somebody who is signed in."""

    code = forms.CharField(
        label=_("Código do convite"),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class InvitationForm(SignInForm):
    """A code with the password of the person's account, or the one they choose for a new account."""

    code = CodeForm.base_fields["code"]
    field_order = ("email", "code", "password")

    def __init__(self, *positional: Any, **options: Any) -> None:
        super().__init__(*positional, **options)
        self.fields["password"].help_text = _(
            "Já entra na Smartbis? A sua. Primeira vez? Escolha uma, com 10 caracteres ou mais."
        )

    def clean_password(self) -> str:
        """Weak ones are refused alike for people who have an account and for those who do not."""
        password = str(self.cleaned_data["password"])
        validate_password(password)
        return password
