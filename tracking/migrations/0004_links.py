"""Events know whether they named their person themselves, bindings what they did. Constant defaults: no rewrite."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tracking', '0003_visits_domains_networks'),
    ]

    operations = [
        migrations.AddField(
            model_name='binding',
            name='other_lead_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='binding',
            name='past',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='binding',
            name='shares',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='binding',
            name='signed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='binding',
            name='took',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='event',
            name='stated',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='visitor',
            name='shared_by',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='visitor',
            name='turned_at',
            field=models.DateTimeField(null=True),
        ),
    ]
