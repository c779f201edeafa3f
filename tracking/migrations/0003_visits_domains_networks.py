"""Visits, a workspace's domains and tracking settings, networks, and re-judgements. New tables; two small indexes."""

import django.contrib.postgres.fields
import django.db.models.deletion
import ma_platform.tenancy.orm
import ma_platform.tenancy.walls
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0002_initial'),
        ('tracking', '0002_months'),
    ]

    operations = [
        migrations.CreateModel(
            name='Domain',
            fields=[
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.workspace')),
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('host', models.CharField(max_length=255)),
                ('kind', models.CharField(choices=[('site', 'Site'), ('tracking', 'Tracking')], max_length=8)),
                ('added_at', models.DateTimeField()),
                ('checked_at', models.DateTimeField(null=True)),
                ('verified_at', models.DateTimeField(null=True)),
                ('problem', models.CharField(db_default='', default='', max_length=300)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Network',
            fields=[
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.workspace')),
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('network', models.CharField(max_length=49)),
                ('kind', models.CharField(db_default='company', default='company', max_length=10)),
                ('company_name', models.CharField(db_default='', default='', max_length=200)),
                ('company_domain', models.CharField(db_default='', default='', max_length=255)),
                ('confidence', models.SmallIntegerField()),
                ('people', models.IntegerField(db_default=0, default=0)),
                ('source', models.CharField(choices=[('list', 'List'), ('learned', 'Learned'), ('provider', 'Provider')], max_length=10)),
                ('updated_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Rejudgement',
            fields=[
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.workspace')),
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('public_id', ma_platform.tenancy.orm.PublicIdField(prefix='rej')),
                ('rule_version', models.SmallIntegerField()),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('position', models.DateTimeField()),
                ('state', models.CharField(choices=[('running', 'Running'), ('done', 'Done'), ('failed', 'Failed')], default='running', max_length=8)),
                ('asked_by', models.BigIntegerField(null=True)),
                ('asked_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('examined', models.IntegerField(db_default=0, default=0)),
                ('changed', models.IntegerField(db_default=0, default=0)),
                ('people', models.IntegerField(db_default=0, default=0)),
                ('before', models.JSONField(db_default={}, default=dict)),
                ('after', models.JSONField(db_default={}, default=dict)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Retention',
            fields=[
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.workspace')),
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('name', models.SmallIntegerField()),
                ('days', models.IntegerField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('tenant', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.workspace')),
                ('pk', models.CompositePrimaryKey('tenant_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('id', models.UUIDField()),
                ('visitor_id', models.BigIntegerField()),
                ('started_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('views', models.IntegerField(db_default=0, default=0)),
                ('events', models.IntegerField(db_default=0, default=0)),
                ('visible_ms', models.BigIntegerField(db_default=0, default=0)),
                ('landing_id', models.BigIntegerField(null=True)),
                ('exit_id', models.BigIntegerField(null=True)),
                ('source', models.JSONField(null=True)),
                ('channel', models.CharField(db_default='direct', default='direct', max_length=20)),
                ('agent', models.CharField(db_default='', default='', max_length=300)),
                ('language', models.CharField(db_default='', default='', max_length=35)),
                ('ip', models.GenericIPAddressField(null=True)),
                ('enriched_at', models.DateTimeField(null=True)),
                ('device', models.CharField(db_default='', default='', max_length=12)),
                ('os', models.CharField(db_default='', default='', max_length=40)),
                ('browser', models.CharField(db_default='', default='', max_length=40)),
                ('country', models.CharField(db_default='', default='', max_length=2)),
                ('prefecture', models.CharField(db_default='', default='', max_length=40)),
                ('company_name', models.CharField(db_default='', default='', max_length=200)),
                ('company_domain', models.CharField(db_default='', default='', max_length=255)),
                ('company_confidence', models.SmallIntegerField(null=True)),
                ('company_source', models.CharField(db_default='', default='', max_length=20)),
                ('verdict', models.SmallIntegerField(db_default=0, default=0)),
                ('reasons', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], default=list, size=None)),
                ('rule_version', models.SmallIntegerField(db_default=0, default=0)),
                ('judged_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Settings',
            fields=[
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.workspace')),
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('consent_required', models.BooleanField(db_default=False, default=False)),
                ('ip_days', models.SmallIntegerField(db_default=90, default=90)),
                ('spa', models.CharField(db_default='path', default='path', max_length=4)),
                ('purposes', models.CharField(db_default='', default='', max_length=1000)),
                ('policy_url', models.CharField(db_default='', default='', max_length=500)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='binding',
            name='by_user',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='binding',
            name='settled_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='binding',
            index=models.Index(condition=models.Q(('conflict', True), ('settled_at__isnull', True)), fields=['tenant', 'since'], name='tracking_binding_conflict'),
        ),
        migrations.AddIndex(
            model_name='daily',
            index=models.Index(fields=['tenant', 'day'], name='tracking_daily_day'),
        ),
        migrations.AddConstraint(
            model_name='domain',
            constraint=models.UniqueConstraint(fields=('tenant', 'host', 'kind'), name='tracking_domain_once'),
        ),
        migrations.AddConstraint(
            model_name='domain',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['site', 'tracking'])), name='tracking_domain_kind'),
        ),
        migrations.AddConstraint(
            model_name='network',
            constraint=models.UniqueConstraint(fields=('tenant', 'network', 'source'), name='tracking_network_once'),
        ),
        migrations.AddConstraint(
            model_name='network',
            constraint=models.CheckConstraint(condition=models.Q(('confidence__gte', 0), ('confidence__lte', 100)), name='tracking_network_percent'),
        ),
        migrations.AddConstraint(
            model_name='rejudgement',
            constraint=models.UniqueConstraint(fields=('tenant', 'public_id'), name='tracking_rejudgement_public'),
        ),
        migrations.AddConstraint(
            model_name='retention',
            constraint=models.UniqueConstraint(fields=('tenant', 'name'), name='tracking_retention_once'),
        ),
        migrations.AddConstraint(
            model_name='retention',
            constraint=models.CheckConstraint(condition=models.Q(('days__gte', 1)), name='tracking_retention_days'),
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(fields=['tenant', 'visitor_id', 'started_at'], name='tracking_session_visitor'),
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(fields=['tenant', 'last_at'], name='tracking_session_last'),
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(condition=models.Q(('enriched_at__isnull', True)), fields=['tenant', 'started_at'], name='tracking_session_bare'),
        ),
        migrations.AddConstraint(
            model_name='settings',
            constraint=models.UniqueConstraint(fields=('tenant',), name='tracking_settings_once'),
        ),
        ma_platform.tenancy.walls.Wall(
            name='Domain',
        ),
        ma_platform.tenancy.walls.Wall(
            name='Network',
        ),
        ma_platform.tenancy.walls.Wall(
            name='Rejudgement',
        ),
        ma_platform.tenancy.walls.Wall(
            name='Retention',
        ),
        ma_platform.tenancy.walls.Wall(
            name='Session',
        ),
        ma_platform.tenancy.walls.Wall(
            name='Settings',
        ),
    ]
