"""How long things are kept: who was erased, and how far clearing has come. The index tells which pages of a month hold
a day; it is a few kilobytes a month, and making it locks out writers for as long as reading the log once takes."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import ma_platform.tenancy.walls
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0004_identify_rotation'),
        ('tracking', '0007_links_fill'),
    ]

    operations = [
        migrations.CreateModel(
            name='Tombstone',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.workspace')),
                ('who', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Upkeep',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.workspace')),
                ('visits_until', models.DateTimeField(null=True)),
                ('hits_until', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='retention',
            name='done_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='event',
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['occurred_at'], name='tracking_event_when', pages_per_range=32),
        ),
        migrations.AddConstraint(
            model_name='tombstone',
            constraint=models.UniqueConstraint(fields=('tenant', 'who'), name='tracking_tombstone_once'),
        ),
        migrations.AddConstraint(
            model_name='upkeep',
            constraint=models.UniqueConstraint(fields=('tenant',), name='tracking_upkeep_once'),
        ),
        ma_platform.tenancy.walls.Wall(
            name='Tombstone',
        ),
        ma_platform.tenancy.walls.Wall(
            name='Upkeep',
        ),
    ]
