"""Whose people a member, an invitation and a key see, and groups of members. Constant defaults: no rewrite."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import ma_platform.tenancy.orm
import ma_platform.tenancy.walls

SPANS = [("all", "Everybody"), ("group", "People of their groups"), ("own", "Their own people")]


def tenant(**checked: bool) -> models.ForeignKey:
    """The column every table of a workspace has."""
    return models.ForeignKey(
        db_index=False,
        editable=False,
        on_delete=django.db.models.deletion.CASCADE,
        related_name="+",
        to="tenancy.workspace",
        **checked,
    )


def seated(to: str) -> ma_platform.tenancy.orm.TenantForeignKey:
    """One end of a seat."""
    return ma_platform.tenancy.orm.TenantForeignKey(
        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="seats", to=to
    )


def reach() -> models.CharField:
    """Whose people."""
    return models.CharField(choices=SPANS, db_default="all", default="all", max_length=5)


class Migration(migrations.Migration):
    dependencies = [
        ("tenancy", "0006_workspace_closed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Group",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", ma_platform.tenancy.orm.PublicIdField(prefix="grp")),
                ("name", models.CharField(max_length=80)),
                ("created_at", models.DateTimeField()),
                ("tenant", tenant()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "public_id"), name="tenancy_group_public"),
                    models.UniqueConstraint(fields=("tenant", "name"), name="tenancy_group_name"),
                ],
            },
        ),
        migrations.CreateModel(
            name="GroupSeat",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("group", seated("tenancy.group")),
                ("membership", seated("tenancy.membership")),
                ("tenant", tenant(db_constraint=False)),
            ],
            options={
                "indexes": [models.Index(fields=["tenant", "group"], name="tenancy_seat_group")],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "membership", "group"), name="tenancy_seat_once")
                ],
            },
        ),
        migrations.AddField("membership", "reach", reach()),
        migrations.AddField("membership", "sees_unowned", models.BooleanField(db_default=False, default=False)),
        migrations.AddConstraint(
            "membership",
            models.CheckConstraint(
                condition=models.Q(("reach__in", ["all", "group", "own"])), name="tenancy_membership_reach"
            ),
        ),
        migrations.AddField("invitation", "reach", reach()),
        migrations.AddField("invitation", "sees_unowned", models.BooleanField(db_default=False, default=False)),
        migrations.AddField(
            "apikey",
            "reaches_as",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        ma_platform.tenancy.walls.Wall(name="Group"),
        ma_platform.tenancy.walls.Wall(name="GroupSeat"),
    ]
