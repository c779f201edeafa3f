"""Own event names get an address, a place that can be given up, and a count of what was not written for them.
The table holds a few hundred rows a workspace; it is locked for a moment."""

import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import ma_platform.tenancy.orm
import ma_platform.tenancy.walls
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0005_closure_days'),
        ('tracking', '0016_when_marked_as_shared'),
    ]

    operations = [
        migrations.CreateModel(
            name='TurnedAway',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.workspace')),
                ('number', models.SmallIntegerField(null=True)),
                ('day', models.DateField()),
                ('count', models.BigIntegerField()),
                ('names', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], default=list, size=None)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='customname',
            name='added_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='customname',
            name='first_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='customname',
            name='ignored_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='customname',
            name='label',
            field=models.CharField(db_default='', default='', max_length=100),
        ),
        migrations.AddField(
            model_name='customname',
            name='last_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='customname',
            name='looked_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='customname',
            name='public_id',
            field=ma_platform.tenancy.orm.PublicIdField(db_default=django.db.models.functions.text.Concat(models.Value('evn_'), django.db.models.functions.text.Replace(django.db.models.functions.comparison.Cast(django.contrib.postgres.functions.RandomUUID(), models.TextField()), models.Value('-'), models.Value(''), output_field=models.TextField()), output_field=models.TextField()), prefix='evn'),
        ),
        migrations.AddField(
            model_name='customname',
            name='rested_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='customname',
            name='vouched',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddConstraint(
            model_name='customname',
            constraint=models.UniqueConstraint(fields=('tenant', 'public_id'), name='tracking_customname_public'),
        ),
        migrations.AddConstraint(
            model_name='turnedaway',
            constraint=models.UniqueConstraint(fields=('tenant', 'number', 'day'), name='tracking_turnedaway_once', nulls_distinct=False),
        ),
        ma_platform.tenancy.walls.Wall(
            name='TurnedAway',
        ),
    ]
