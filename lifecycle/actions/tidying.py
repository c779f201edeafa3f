"""Visit alerts whose time is over: the alert, its mail, and which visits were told of."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from lifecycle.actions.alerts import mail_key
from lifecycle.models import Alert, VisitTold
from ma_platform.db import sql
from mailing.actions import forget_notices

VISITS_KEPT = timedelta(days=90)
AT_ONCE = 5_000


@transaction.atomic
def forget_old_visits(*, now: datetime) -> int:
    """Remove alerts of visits after VISITS_KEPT, with mails and rows of visits told or passed over; at most AT_ONCE of
    each. Returns rows of visits and alerts removed.

    The rows of a digest go together with it: by them it is found when somebody whom it names is erased.
    """
    before = now - VISITS_KEPT
    old = Alert.objects.filter(kind=Alert.Kind.VISIT, handed_over_at__lt=before).order_by("handed_over_at", "id")
    alerts = dict(old.values_list("pk", "crossing")[:AT_ONCE])
    forget_notices([mail_key(Alert.Kind.VISIT, crossing) for crossing in alerts.values()])
    told = VisitTold.objects.filter(alert_id__in=alerts).delete()[0]
    Alert.objects.filter(pk__in=alerts).delete()
    return len(alerts) + told + sql.run(FORGET, before=before, most=AT_ONCE).rowcount


FORGET = """
    DELETE FROM lifecycle_visittold
     WHERE tenant_id = %(tenant_id)s
       AND id IN (SELECT told.id FROM lifecycle_visittold AS told
                   WHERE told.tenant_id = %(tenant_id)s AND told.state <> 'waiting' AND told.alert_id IS NULL
                     AND coalesce(told.told_at, told.noticed_at) < %(before)s
                   ORDER BY told.id LIMIT %(most)s)
"""
