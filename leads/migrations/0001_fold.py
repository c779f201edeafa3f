"""Installs `ma_fold(text)`, the database's twin of conditions.fold: stored folded columns and tests use it."""

from django.db import migrations

from conditions.fold import CREATE_FOLD, DROP_FOLD


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0001_initial")]

    operations = [migrations.RunSQL(CREATE_FOLD, DROP_FOLD)]
