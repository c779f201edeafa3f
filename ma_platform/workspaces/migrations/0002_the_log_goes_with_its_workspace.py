"""The audit log of a workspace that is deleted goes too, and that is the only way in which a line of it ever goes.

Web and workers have no right to delete a line (audit 0003), and keep it so. `workspaces_forget_log` runs as the owner
of the tables, whom row-level security binds as well: its one policy shows the owner the lines of workspaces whose
deletion has begun, which are closed, and of no other. Workers alone may call it; the web may not even say that a
deletion has begun. It writes down the closing of the workspace it is in, once that is closed, and takes back one whose
deletion has not begun; of any other it only knows that it is closed.
"""

from django.db import migrations

FORGET_LOG = """
    CREATE POLICY forgetting ON audit_auditentry TO CURRENT_USER
        USING (EXISTS (SELECT FROM workspaces_closing AS closing
                         JOIN tenancy_workspace AS workspace ON workspace.id = closing.workspace
                        WHERE closing.workspace = tenant_id AND workspace.closed_at IS NOT NULL
                          AND closing.begun_at IS NOT NULL AND closing.deleted_at IS NULL));
    CREATE FUNCTION workspaces_forget_log(gone bigint, most integer) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
        WITH chosen AS MATERIALIZED (
            SELECT id FROM audit_auditentry WHERE tenant_id = gone ORDER BY at LIMIT most
        ), deleted AS (
            DELETE FROM audit_auditentry AS line USING chosen
             WHERE line.tenant_id = gone AND line.id = chosen.id
            RETURNING line.id
        )
        SELECT count(*) FROM deleted
    $$;
    REVOKE ALL ON FUNCTION workspaces_forget_log(bigint, integer) FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION workspaces_forget_log(bigint, integer) TO ma_worker;
    REVOKE UPDATE, TRUNCATE ON workspaces_closing FROM ma_web, ma_reach;
    ALTER TABLE workspaces_closing ENABLE ROW LEVEL SECURITY;
    CREATE POLICY worker ON workspaces_closing TO ma_worker USING (true) WITH CHECK (true);
    CREATE POLICY seen ON workspaces_closing FOR SELECT TO ma_web, ma_reach USING (true);
    CREATE POLICY closed ON workspaces_closing FOR INSERT TO ma_web, ma_reach
        WITH CHECK (workspace::text = current_setting('app.tenant_id', true)
                    AND told_at IS NULL AND begun_at IS NULL AND deleted_at IS NULL AND rows = 0
                    AND EXISTS (SELECT FROM tenancy_workspace AS closed
                                 WHERE closed.id = workspace AND closed.closed_at IS NOT NULL));
    CREATE POLICY reopened ON workspaces_closing FOR DELETE TO ma_web, ma_reach
        USING (workspace::text = current_setting('app.tenant_id', true) AND begun_at IS NULL);
"""
BACK = """
    DROP FUNCTION workspaces_forget_log(bigint, integer);
    DROP POLICY forgetting ON audit_auditentry;
    GRANT UPDATE ON workspaces_closing TO ma_web;
    DROP POLICY reopened ON workspaces_closing;
    DROP POLICY closed ON workspaces_closing;
    DROP POLICY seen ON workspaces_closing;
    DROP POLICY worker ON workspaces_closing;
    ALTER TABLE workspaces_closing DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("workspaces", "0001_taken_out_and_given_up"),
        ("audit", "0003_append_only"),
        ("tenancy", "0006_workspace_closed"),
    ]

    operations = [migrations.RunSQL(FORGET_LOG, BACK)]
