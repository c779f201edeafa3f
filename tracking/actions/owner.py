"""Whose a browser's event is, as SQL over `visitor` (id, lead_id, turned_at) and `moment` (tenant_id, at).

The person of the last binding in force that began before the event; before the first one, the first one's person when
it reaches back. Nearly every browser has one binding at most: then `turned_at` is null and no binding is read.
"""

OWNER = """
    CASE WHEN visitor.turned_at IS NULL OR moment.at >= visitor.turned_at THEN visitor.lead_id
         ELSE coalesce(
             (SELECT binding.lead_id FROM tracking_binding AS binding
               WHERE binding.tenant_id = moment.tenant_id AND binding.visitor_id = visitor.id
                 AND binding.took AND binding.undone_at IS NULL AND binding.since <= moment.at
               ORDER BY binding.since DESC, binding.id DESC LIMIT 1),
             (SELECT first.lead_id
                FROM (SELECT binding.lead_id, binding.past FROM tracking_binding AS binding
                       WHERE binding.tenant_id = moment.tenant_id AND binding.visitor_id = visitor.id
                         AND binding.took AND binding.undone_at IS NULL
                       ORDER BY binding.since, binding.id LIMIT 1) AS first
               WHERE first.past))
    END"""
