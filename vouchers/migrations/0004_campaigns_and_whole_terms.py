import django.db.models.deletion
from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models
from django.db.models import F, Q

import smartbis.kernel.ids
import vouchers.models.coupon


def row_id():
    return models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)


def to(model, **options):
    return models.ForeignKey(
        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=model, **options
    )


BASE = {"abstract": False, "base_manager_name": "objects"}
KEYS = models.CharField(max_length=60)


class Migration(migrations.Migration):
    """Campaigns, vouchers for many at once, codes of others, and the terms that coupons still lacked."""

    dependencies = [
        ("customers", "0002_merging"),
        ("tenancy", "0005_shortfall_negative"),
        ("vouchers", "0003_stores_that_take_no_balance"),
    ]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[
                ("id", row_id()),
                ("tenant", to("tenancy.tenant")),
                ("name", models.CharField(max_length=120)),
                ("goal", models.CharField(blank=True, max_length=500)),
                ("starts_at", models.DateTimeField(null=True)),
                ("ends_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
            ],
            options=BASE
            | {
                "constraints": [
                    models.UniqueConstraint(fields=["tenant", "name"], name="campaign_name_unique"),
                    models.CheckConstraint(
                        name="campaign_runs_forward",
                        condition=Q(starts_at__isnull=True) | Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="CouponTerms",
            fields=[
                ("id", row_id()),
                ("tenant", to("tenancy.tenant")),
                ("coupon", to("vouchers.coupon")),
                ("until", models.DateTimeField()),
                ("terms", models.JSONField()),
            ],
            options=BASE
            | {
                "db_table_comment": "append-only",
                "constraints": [
                    models.UniqueConstraint(fields=["tenant", "coupon", "until"], name="coupon_terms_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Issuance",
            fields=[
                ("id", row_id()),
                ("tenant", to("tenancy.tenant")),
                ("coupon", to("vouchers.coupon")),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("segment", "Segment"),
                            ("list", "List"),
                            ("everybody", "Everybody"),
                            ("codes", "Codes"),
                        ],
                        max_length=9,
                    ),
                ),
                ("segment", models.CharField(blank=True, max_length=60)),
                ("reason", models.CharField(max_length=300)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("paused", "Paused"),
                            ("done", "Done"),
                            ("stopped", "Stopped"),
                        ],
                        default="running",
                        max_length=8,
                    ),
                ),
                ("stopped_by", models.CharField(blank=True, max_length=40)),
                ("total", models.PositiveIntegerField()),
                ("issued", models.PositiveIntegerField(default=0)),
                ("refused", models.PositiveIntegerField(default=0)),
                ("key", models.CharField(max_length=255)),
                ("actor_kind", models.CharField(max_length=12)),
                ("actor_id", models.UUIDField(null=True)),
                ("actor_label", models.CharField(blank=True, max_length=80)),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options=BASE
            | {
                "constraints": [
                    models.UniqueConstraint(fields=["tenant", "key"], name="issuance_key_unique"),
                    models.CheckConstraint(
                        name="issuance_within_total", condition=Q(total__gte=F("issued") + F("refused"))
                    ),
                ],
                "indexes": [
                    models.Index(fields=["tenant", "-created_at"], name="issuance_by_time"),
                    models.Index(fields=["tenant"], condition=Q(status="running"), name="issuance_running"),
                ],
            },
        ),
        migrations.CreateModel(
            name="IssuanceTarget",
            fields=[
                ("id", row_id()),
                ("tenant", to("tenancy.tenant")),
                ("issuance", to("vouchers.issuance")),
                ("customer", to("customers.customer")),
                ("is_waiting", models.BooleanField(default=True)),
                ("refusal", models.CharField(blank=True, max_length=40)),
            ],
            options=BASE
            | {
                "constraints": [
                    models.UniqueConstraint(fields=["tenant", "issuance", "customer"], name="issuance_target_once")
                ],
                "indexes": [
                    models.Index(
                        fields=["tenant", "issuance", "customer"],
                        condition=Q(is_waiting=True),
                        name="issuance_target_waiting",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PoolCode",
            fields=[
                ("id", row_id()),
                ("tenant", to("tenancy.tenant")),
                ("coupon", to("vouchers.coupon")),
                ("code", models.CharField(max_length=60)),
                ("is_taken", models.BooleanField(default=False)),
                ("added_at", models.DateTimeField()),
            ],
            options=BASE
            | {
                "constraints": [models.UniqueConstraint(fields=["tenant", "code"], name="pool_code_once")],
                "indexes": [
                    models.Index(
                        fields=["tenant", "coupon", "id"], condition=Q(is_taken=False), name="pool_code_free"
                    )
                ],
            },
        ),
        migrations.AddField("coupon", "campaign", to("vouchers.campaign", null=True)),
        migrations.AddField(
            "coupon",
            "conditions",
            models.TextField(blank=True, db_default="", help_text="The small print, as the customer reads it."),
        ),
        migrations.AddField(
            "coupon",
            "birthday",
            models.CharField(
                blank=True,
                choices=[("day", "Day"), ("week", "Week"), ("month", "Month")],
                db_default="",
                max_length=5,
            ),
        ),
        migrations.AddField("coupon", "communities", ArrayField(KEYS, db_default=[], default=list, size=None)),
        migrations.AddField("coupon", "tags", ArrayField(KEYS, db_default=[], default=list, size=None)),
        migrations.AddField(
            "coupon",
            "new_within_days",
            models.PositiveSmallIntegerField(help_text="Enrolled at most so many days ago.", null=True),
        ),
        migrations.AddField(
            "coupon",
            "inactive_for_days",
            models.PositiveSmallIntegerField(help_text="Last bought at least so long ago.", null=True),
        ),
        migrations.AddField("coupon", "limit_per_day", models.PositiveIntegerField(null=True)),
        migrations.AddField("coupon", "is_divisible", models.BooleanField(db_default=False, default=False)),
        migrations.AddField("coupon", "stacks_with_vouchers", models.BooleanField(db_default=True, default=True)),
        migrations.AddField("coupon", "stacks_with_balance", models.BooleanField(db_default=True, default=True)),
        migrations.AddField("coupon", "uses_pool", models.BooleanField(db_default=False, default=False)),
        migrations.AddField(
            "coupon",
            "notice_days",
            ArrayField(
                models.PositiveSmallIntegerField(),
                blank=True,
                db_default=[30, 7, 1],
                default=vouchers.models.coupon.usual_notices,
                size=None,
            ),
        ),
        migrations.AddField("coupon", "terms_since", models.DateTimeField(null=True)),
        migrations.AddField("voucher", "value_left_minor", models.BigIntegerField(null=True)),
        migrations.AddField("voucher", "noticed_days", models.PositiveSmallIntegerField(null=True)),
        migrations.AddIndex(
            "coupon",
            models.Index(fields=["tenant", "campaign"], condition=Q(campaign__isnull=False), name="coupon_by_campaign"),
        ),
        migrations.AddConstraint(
            "coupon",
            models.CheckConstraint(
                name="coupon_divided_only_in_money", condition=Q(is_divisible=False) | Q(kind="amount", uses=1)
            ),
        ),
        migrations.AddConstraint(
            "voucher",
            models.CheckConstraint(
                name="voucher_left_within_value",
                condition=Q(value_left_minor__isnull=True)
                | Q(value_left_minor__gte=0, value_left_minor__lte=F("value_minor"), uses_total=1),
            ),
        ),
    ]
