"""Who a re-judgement concerns, when it last got on, and which visits are still to be judged. One small new index."""

import django.db.models.deletion
import ma_platform.tenancy.orm
import ma_platform.tenancy.walls
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tracking', '0004_links'),
    ]

    operations = [
        migrations.CreateModel(
            name='Rejudged',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('tenant', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.workspace')),
                ('rejudgement', ma_platform.tenancy.orm.TenantForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rejudged', to='tracking.rejudgement')),
                ('lead_id', models.BigIntegerField()),
                ('changed', models.IntegerField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='rejudgement',
            name='moved_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='rejudgement',
            name='state',
            field=models.CharField(choices=[('preview', 'Preview'), ('ready', 'Ready'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed')], default='running', max_length=8),
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(condition=models.Q(('judged_at__isnull', True)), fields=['tenant', 'started_at'], name='tracking_session_unjudged'),
        ),
        migrations.AddConstraint(
            model_name='rejudged',
            constraint=models.UniqueConstraint(fields=('tenant', 'rejudgement', 'lead_id'), name='tracking_rejudged_once'),
        ),
        ma_platform.tenancy.walls.Wall(
            name='Rejudged',
        ),
    ]
