"""The platform staff's form that opens a brand."""

from typing import Any, ClassVar

from django import forms

from smartbis.kernel.errors import InvalidInput
from smartbis.tenancy.models import Tenant
from smartbis.tenancy.selectors import find_tenant_by_slug
from smartbis.tenancy.services import check_brand


class OpenBrandForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a new brand needs, and who owns it."""

    owner = forms.EmailField(label="E-mail de quem será a dona ou o dono")

    class Meta:
        model = Tenant
        fields: ClassVar[list[str]] = ["slug", "name", "currency", "timezone", "locale"]

    def clean(self) -> dict[str, Any]:
        """The settings, as `open_brand` takes them."""
        cleaned = super().clean() or self.cleaned_data
        settings = {name: value for name, value in cleaned.items() if name != "owner"}
        try:
            check_brand(settings)
        except InvalidInput as error:
            for field, texts in error.errors.items():
                self.add_error(field, texts)
        if cleaned.get("slug") and find_tenant_by_slug(cleaned["slug"]):
            self.add_error("slug", "Este endereço já é de outra marca.")
        return cleaned
