"""What the log keeps about a person, each row as one JSON object, for whoever hands everything out.

Over `lead_ids`: the person and all who stand aside for them.
"""

from tracking.catalogue import BY_NUMBER, Verdict
from tracking.facts import PROOF, TOKEN

_NAMES = ", ".join(f"({number}, '{event.wire}')" for number, event in sorted(BY_NUMBER.items()))
_VERDICTS = ", ".join(f"({int(one)}, '{one.name.lower()}')" for one in Verdict)
_THEIRS = "%(lead_ids)s::bigint[]"
# Constants only: names and verdicts are the catalogue's.
_NAMED = f"""
      LEFT JOIN (VALUES {_NAMES}) AS known(number, name) ON known.number = event.name
      LEFT JOIN tracking_customname AS own ON own.tenant_id = event.tenant_id AND own.number = event.name
      LEFT JOIN tracking_subject AS subject ON subject.tenant_id = event.tenant_id AND subject.id = event.subject_id
"""
EVENTS = f"""
    SELECT json_build_object(
               'id', event.id, 'event', coalesce(known.name, own.name), 'at', event.occurred_at,
               'received_at', event.received_at, 'subject_kind', subject.kind, 'subject', subject.name,
               'url', coalesce(nullif(subject.url, ''), subject.key), 'visible_ms', event.duration,
               'verdict', judged.name, 'visit', event.session,
               'properties', event.props - '{{{PROOF},{TOKEN}}}'::text[])::text
      FROM tracking_event AS event {_NAMED}
      LEFT JOIN (VALUES {_VERDICTS}) AS judged(number, name) ON judged.number = event.verdict
     WHERE event.tenant_id = %(tenant_id)s AND event.lead_id = ANY ({_THEIRS})
     ORDER BY event.occurred_at, event.id
"""  # noqa: S608 - constants
VISITS = f"""
    SELECT json_build_object(
               'id', visit.id, 'started_at', visit.started_at, 'last_at', visit.last_at, 'views', visit.views,
               'events', visit.events, 'visible_ms', visit.visible_ms, 'channel', visit.channel,
               'source', visit.source, 'agent', visit.agent, 'language', visit.language, 'ip', visit.ip,
               'device', visit.device, 'os', visit.os, 'browser', visit.browser, 'country', visit.country,
               'prefecture', visit.prefecture, 'company', visit.company_name,
               'company_domain', visit.company_domain)::text
      FROM (SELECT DISTINCT event.session FROM tracking_event AS event
             WHERE event.tenant_id = %(tenant_id)s AND event.lead_id = ANY ({_THEIRS})) AS theirs
      JOIN tracking_session AS visit ON visit.tenant_id = %(tenant_id)s AND visit.id = theirs.session
     ORDER BY visit.started_at, visit.id
"""  # noqa: S608 - constants
BROWSERS = f"""
    SELECT json_build_object(
               'key', browser.key, 'first_seen_at', browser.first_seen_at, 'last_seen_at', browser.last_seen_at,
               'visits', browser.visits, 'agent', browser.agent, 'first_source', browser.first_source,
               'last_source', browser.last_source)::text
      FROM tracking_visitor AS browser
     WHERE browser.tenant_id = %(tenant_id)s AND browser.lead_id = ANY ({_THEIRS})
     ORDER BY browser.first_seen_at, browser.id
"""  # noqa: S608 - constants
BROWSERS_BOUND = f"""
    SELECT json_build_object('browser', browser.key, 'source', bound.source, 'since', bound.since,
                             'undone_at', bound.undone_at)::text
      FROM tracking_binding AS bound
      JOIN tracking_visitor AS browser ON browser.tenant_id = %(tenant_id)s AND browser.id = bound.visitor_id
     WHERE bound.tenant_id = %(tenant_id)s AND bound.lead_id = ANY ({_THEIRS})
     ORDER BY bound.since, bound.id
"""  # noqa: S608 - constants
DAYS = f"""
    SELECT json_build_object(
               'day', event.day, 'event', coalesce(known.name, own.name), 'subject', subject.name,
               'url', coalesce(nullif(subject.url, ''), subject.key), 'count', event.count,
               'visible_ms', event.visible_ms)::text
      FROM tracking_daily AS event {_NAMED}
     WHERE event.tenant_id = %(tenant_id)s AND event.lead_id = ANY ({_THEIRS})
     ORDER BY event.day, event.first_at
"""  # noqa: S608 - constants
