"""Views told again before they came themselves are waited for."""

import django.db.models.deletion
import ma_platform.tenancy.walls
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenancy", "0005_closure_days"),
        ("tracking", "0021_only_workers_move_cursors"),
    ]

    operations = [
        migrations.CreateModel(
            name="Retold",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("event_id", models.UUIDField()),
                ("at", models.DateTimeField()),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.workspace",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "event_id"), name="tracking_retold_once"),
                ],
            },
        ),
        ma_platform.tenancy.walls.Wall(
            name="Retold",
        ),
    ]
