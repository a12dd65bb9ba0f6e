"""Who may come in, and which tenant a request is for."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models

from smartbis.kernel.ids import new_id
from smartbis.tenancy.models.base import TenantModel
from smartbis.tenancy.models.places import Partner


class UserManager(BaseUserManager["User"]):
    """Makes users with their e-mail address in one form."""

    def create_user(self, *, email: str, password: str | None, name: str = "", **extra: Any) -> "User":
        user = self.model(email=email.strip().lower(), name=name, **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, *, email: str, password: str | None = None, **extra: Any) -> "User":
        """A person who works for the platform; `manage.py createsuperuser` makes the first."""
        return self.create_user(email=email, password=password, is_staff=True, is_superuser=True, **extra)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in with e-mail and password; global, since one person may work for two brands."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=8, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text="Works for the platform and may use its admin.")

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or self.email


class StaffMember(TenantModel):
    """A user's role in one tenant, perhaps limited to some stores or to a partner.

    Who was invited is of the team once they entered their code, which is `joined_at`. `name` is what this brand calls
    the person, since the user is everybody's.
    """

    class Role(models.TextChoices):
        OWNER = "owner"
        MANAGER = "manager"
        ATTENDANT = "attendant"
        OPERATOR = "operator"
        PARTNER = "partner"
        ANALYST = "analyst"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80, blank=True)
    role = models.CharField(max_length=12, choices=Role)
    # Said beside the list, so that a limited person whose last store goes reaches nothing rather than everything.
    is_limited = models.BooleanField(default=False)
    store_ids = ArrayField(models.UUIDField(), default=list, blank=True)
    partner = models.ForeignKey(Partner, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True, blank=True)
    # Only a keyed hash of the code; null once it was used or withdrawn.
    invitation_hash = models.BinaryField(max_length=32, null=True)
    invitation_ends_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user"], name="staff_member_unique"),
            models.CheckConstraint(
                name="staff_active_only_once_joined",
                condition=models.Q(is_active=False) | models.Q(joined_at__isnull=False),
            ),
            models.CheckConstraint(
                name="staff_stores_only_when_limited",
                condition=models.Q(is_limited=True) | models.Q(store_ids__len=0),
            ),
            models.CheckConstraint(
                name="staff_partner_only_for_partner_role",
                condition=models.Q(role="partner", partner__isnull=False)
                | (~models.Q(role="partner") & models.Q(partner__isnull=True)),
            ),
        ]


class ApiKey(TenantModel):
    """A key of the REST API. Only its hash is kept; `prefix` is shown to recognise it."""

    class Kind(models.TextChoices):
        SECRET = "secret"  # noqa: S105  (a kind, not one)
        PUBLISHABLE = "publishable"

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.SECRET)
    prefix = models.CharField(max_length=24)
    hash = models.BinaryField(max_length=32)
    scopes = ArrayField(models.CharField(max_length=40), default=list)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "prefix"], name="api_key_prefix_unique")]


class Route(models.Model):
    """Which tenant a slug, host, key hash, WhatsApp channel or user leads to. Global, without personal data."""

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=100)
    leads_to = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key", "leads_to"], name="route_unique"),
            models.UniqueConstraint(
                fields=["kind", "key"], condition=~models.Q(kind="user"), name="route_leads_to_one_tenant"
            ),
        ]


class SignInAttempt(models.Model):
    """Attempts to sign in by one address or person in one window of time.

    Global, since nobody knows the tenant before somebody is signed in; names are keyed hashes, never personal data.
    """

    name = models.CharField(max_length=80)
    window_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "window_at"], name="sign_in_attempt_unique")]
        indexes = [models.Index(fields=["window_at"], name="sign_in_attempt_by_age")]
