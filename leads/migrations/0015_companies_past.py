"""The past of companies. A new table beside the old ones: nothing is locked for longer than a moment, none rewritten."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import ma_platform.tenancy.orm
import ma_platform.tenancy.walls


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0014_whose_visits"),
        ("tenancy", "0004_identify_rotation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CompanyHistory",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("changes", models.JSONField()),
                ("source", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "company",
                    ma_platform.tenancy.orm.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="history",
                        to="leads.company",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.workspace",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "company", "-at", "-id"], name="leads_companyhistory_latest"),
                ],
            },
        ),
        ma_platform.tenancy.walls.Wall(
            name="CompanyHistory",
        ),
    ]
