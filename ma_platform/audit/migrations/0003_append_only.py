"""Nobody changes or removes a line: not the web, not the workers. And who did what, to what, is found by an index.

The wall of 0001 granted all four rights. Locks are those of a short table; the indexes are built while it stands still.
"""

from django.db import migrations, models

from ma_platform.tenancy.walls import WEB, WORKER

APPEND_ONLY = f"REVOKE UPDATE, DELETE, TRUNCATE ON audit_auditentry FROM {WEB}, {WORKER}"
AS_BEFORE = f"GRANT UPDATE, DELETE ON audit_auditentry TO {WEB}, {WORKER}"


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_says_no_more_than_needed"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["tenant", "actor", "-at"], name="audit_actor"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["tenant", "subject", "-at"], name="audit_subject"),
        ),
        migrations.RunSQL(APPEND_ONLY, AS_BEFORE),
    ]
