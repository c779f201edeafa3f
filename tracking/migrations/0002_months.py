"""The log's months, and who may touch the cursors.

`tracking_ensure_month` is SECURITY DEFINER because the processes that write the log own nothing: it can do exactly one
thing, make the partition of a month between 2000 and 2100. A new empty table is attached, which locks out no reader or
writer of the log. Partitions carry row-level security without any policy: nobody reads a partition by name.
"""

from django.db import migrations

ENSURE_MONTH = """
    CREATE FUNCTION tracking_ensure_month(wanted date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    DECLARE
        opens date := date_trunc('month', wanted)::date;
        closes date := (date_trunc('month', wanted) + interval '1 month')::date;
        partition text := 'tracking_event_' || to_char(wanted, 'YYYY_MM');
    BEGIN
        IF wanted IS NULL OR wanted < '2000-01-01' OR wanted > '2100-01-01' THEN
            RAISE EXCEPTION 'no month of the log: %', wanted USING ERRCODE = 'check_violation';
        END IF;
        IF to_regclass('public.' || partition) IS NOT NULL THEN
            RETURN 0;
        END IF;
        PERFORM pg_advisory_xact_lock(hashtext('tracking_ensure_month'));
        IF to_regclass('public.' || partition) IS NOT NULL THEN
            RETURN 0;
        END IF;
        EXECUTE format('CREATE TABLE public.%I (LIKE public.tracking_event INCLUDING DEFAULTS)', partition);
        EXECUTE format('ALTER TABLE public.tracking_event ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
                       partition, opens || ' 00:00:00+00', closes || ' 00:00:00+00');
        EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', partition);
        EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', partition);
        RETURN 1;
    END
    $$;
    REVOKE ALL ON FUNCTION tracking_ensure_month(date) FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION tracking_ensure_month(date) TO ma_web, ma_worker;
    GRANT SELECT ON tracking_consumer, tracking_streamoffset TO ma_web;
    GRANT SELECT, INSERT, UPDATE, DELETE ON tracking_consumer, tracking_streamoffset TO ma_worker;
"""
FIRST_MONTHS = """
    SELECT tracking_ensure_month((date_trunc('month', now()) + step * interval '1 month')::date)
      FROM generate_series(-4, 3) AS step
"""


class Migration(migrations.Migration):
    dependencies = [("tracking", "0001_initial")]

    operations = [
        migrations.RunSQL(ENSURE_MONTH, "DROP FUNCTION tracking_ensure_month(date)"),
        migrations.RunSQL(FIRST_MONTHS, migrations.RunSQL.noop),
    ]
