"""Forms sent, handed out with everything else that is kept about a person."""

from __future__ import annotations

from leads.actions import Part, at_personal_export, told_by

SUBMISSIONS = """
    SELECT json_build_object(
               'id', sent.public_id, 'form', form.name, 'at', sent.submitted_at, 'values', sent.values, 'raw', sent.raw,
               'consents', sent.consents, 'context', sent.context, 'verdict', sent.verdict)::text
      FROM capture_submission AS sent
      JOIN capture_form AS form ON form.tenant_id = %(tenant_id)s AND form.id = sent.form_id
     WHERE sent.tenant_id = %(tenant_id)s AND sent.lead_id = ANY (%(lead_ids)s::bigint[])
     ORDER BY sent.submitted_at, sent.id
"""

at_personal_export(Part("submissions", ("capture_submission",), told_by(SUBMISSIONS)))
