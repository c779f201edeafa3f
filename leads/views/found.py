"""The person an address names, for every page about one."""

from django.http import Http404

from leads.models import Lead
from leads.queries import find_lead


def found_lead(public_id: str) -> Lead:
    """Raises Http404 for a missing or foreign person."""
    lead = find_lead(public_id)
    if lead is None:
        raise Http404
    return lead
