"""Who was asked before measuring was asked before personalising as well: their tag says the same as before."""

from django.db import migrations, models

BARE = "ALTER TABLE tracking_settings NO FORCE ROW LEVEL SECURITY;"
WALLED = "ALTER TABLE tracking_settings FORCE ROW LEVEL SECURITY;"
BOTH = "UPDATE tracking_settings SET personalise_required = true WHERE consent_required;"


class Migration(migrations.Migration):

    dependencies = [("tracking", "0014_domains_lost_and_views_counted")]

    operations = [
        migrations.AddField(
            model_name="settings",
            name="personalise_required",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="settings",
            name="cookieless",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunSQL(BARE + BOTH + WALLED, migrations.RunSQL.noop),
    ]
