"""What the condition builder says and shows: its texts, and answers as it reads them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import pgettext_lazy

from leads.queries import LeadRow
from leads.queries.asking import Counted

Json = dict[str, Any]  # Any: JSON

BUILDER_TEXTS = {
    "all": pgettext_lazy("condition", "all of these hold"),
    "any": pgettext_lazy("condition", "any of these holds"),
    "and": pgettext_lazy("condition", "and"),
    "or": pgettext_lazy("condition", "or"),
    "not": pgettext_lazy("condition", "Reverse"),
    "negated": pgettext_lazy("condition", "does not hold:"),
    "group": pgettext_lazy("condition", "How these combine"),
    "add_field": pgettext_lazy("condition", "Item"),
    "add_event": pgettext_lazy("condition", "Activity"),
    "add_segment": pgettext_lazy("condition", "Segment"),
    "add_flow": pgettext_lazy("condition", "Scenario"),
    "add_account": pgettext_lazy("condition", "Somebody of the company"),
    "account": pgettext_lazy("condition", "Of somebody of the company,"),
    "counted_alone": pgettext_lazy("condition", "People who did it at least once, by this part alone"),
    "add_group": pgettext_lazy("condition", "Group"),
    "remove": pgettext_lazy("condition", "Remove"),
    "duplicate": pgettext_lazy("condition", "Duplicate"),
    "up": pgettext_lazy("condition", "Move up"),
    "down": pgettext_lazy("condition", "Move down"),
    "inward": pgettext_lazy("condition", "Move into a group"),
    "outward": pgettext_lazy("condition", "Move out of the group"),
    "actions": pgettext_lazy("condition", "Move or remove"),
    "drag": pgettext_lazy("condition", "Drag to move"),
    "keys": pgettext_lazy("condition", "Alt and arrow keys move a condition, Delete removes it."),
    "operator": pgettext_lazy("condition", "Comparison"),
    "state": pgettext_lazy("condition", "State"),
    "measure": pgettext_lazy("condition", "What is counted"),
    "pick": pgettext_lazy("condition", "Choose…"),
    "search": pgettext_lazy("condition", "Search"),
    "nothing_found": pgettext_lazy("condition", "Nothing fits."),
    "value": pgettext_lazy("condition", "Value"),
    "add_value": pgettext_lazy("condition", "Add a value"),
    "unknown": pgettext_lazy("condition", "also without a value"),
    "exact": pgettext_lazy("condition", "exactly as written"),
    "yes": pgettext_lazy("condition", "Yes"),
    "no": pgettext_lazy("condition", "No"),
    "from": pgettext_lazy("condition", "from"),
    "to": pgettext_lazy("condition", "to"),
    "days": pgettext_lazy("condition", "days"),
    "hours": pgettext_lazy("condition", "hours"),
    "minutes": pgettext_lazy("condition", "minutes"),
    "day": pgettext_lazy("condition", "a day"),
    "ever": pgettext_lazy("condition", "at any time"),
    "last": pgettext_lazy("condition", "in the last"),
    "period": pgettext_lazy("condition", "Period"),
    "within_after": pgettext_lazy("condition", "within that period"),
    "times": pgettext_lazy("condition", "times"),
    "count": pgettext_lazy("condition", "How often"),
    "count_gte": pgettext_lazy("condition", "at least"),
    "count_gt": pgettext_lazy("condition", "more than"),
    "count_lte": pgettext_lazy("condition", "at most"),
    "count_lt": pgettext_lazy("condition", "fewer than"),
    "count_eq": pgettext_lazy("condition", "exactly"),
    "count_never": pgettext_lazy("condition", "never"),
    "total_of": pgettext_lazy("condition", "Total of"),
    "number_of_times": pgettext_lazy("condition", "number of times"),
    "number_of": pgettext_lazy("condition", "number of {what}"),
    "where": pgettext_lazy("condition", "Only where"),
    "add_where": pgettext_lazy("condition", "Narrow down"),
    "order": pgettext_lazy("condition", "Order"),
    "no_order": pgettext_lazy("condition", "in any order"),
    "after": pgettext_lazy("condition", "after"),
    "before": pgettext_lazy("condition", "before"),
    "around": pgettext_lazy("condition", "near"),
    "distance": pgettext_lazy("condition", "Distance"),
    "any_distance": pgettext_lazy("condition", "however far apart"),
    "near": pgettext_lazy("condition", "at most this far apart:"),
    "own_property": pgettext_lazy("condition", "Name of the property"),
    "segment_in": pgettext_lazy("condition", "is the segment they are in"),
    "flow_in": pgettext_lazy("condition", "is in the scenario"),
    "flow_never": pgettext_lazy("condition", "was never in the scenario"),
    "flow_ended": pgettext_lazy("condition", "has ended the scenario"),
    "flow_waiting_at": pgettext_lazy("condition", "waits at a step of the scenario"),
    "reason": pgettext_lazy("condition", "Reason"),
    "any_reason": pgettext_lazy("condition", "for whatever reason"),
    "step": pgettext_lazy("condition", "Step"),
    "people": pgettext_lazy("condition", "people"),
    "browsers": pgettext_lazy("condition", "browsers"),
    "about": pgettext_lazy("condition", "about"),
    "counting": pgettext_lazy("condition", "Counting…"),
    "slow": pgettext_lazy("condition", "Counting takes long; the number is an estimate."),
    "unfinished": pgettext_lazy("condition", "Fill in every part to see how many there are."),
    "empty": pgettext_lazy("condition", "No condition yet: add the first one."),
    "examples": pgettext_lazy("condition", "People for example"),
    "no_examples": pgettext_lazy("condition", "Nobody yet."),
    "slow_examples": pgettext_lazy("condition", "Finding examples takes too long."),
    "why": pgettext_lazy("condition", "Why is somebody in or out?"),
    "why_search": pgettext_lazy("condition", "Name, company or e-mail"),
    "is_in": pgettext_lazy("condition", "is in"),
    "is_out": pgettext_lazy("condition", "is not in"),
    "found_value": pgettext_lazy("condition", "now: {value}"),
    "no_value": pgettext_lazy("condition", "no value"),
    "may_change": pgettext_lazy("condition", "may change at {time}"),
    "holds": pgettext_lazy("condition", "holds"),
    "fails": pgettext_lazy("condition", "does not hold"),
    "json": pgettext_lazy("condition", "JSON"),
    "sentence": pgettext_lazy("condition", "Builder"),
    "only_json": pgettext_lazy("condition", "The builder cannot show this condition; it can be edited here."),
    "failed": pgettext_lazy("condition", "The server could not be asked. Try again."),
    "moved": pgettext_lazy("condition", "Moved."),
    "removed": pgettext_lazy("condition", "Removed."),
}


def told_counts(found: Counted) -> Json:
    return {"total": found.total, "exact": found.exact, "nodes": found.nodes}


def told_person(row: LeadRow) -> Json:
    """A person as the builder lists them."""
    name = f"{row.last_name} {row.first_name}".strip() or row.email or row.public_id
    about = " · ".join(each for each in (row.company, row.job_title or row.department) if each)
    return {"id": row.public_id, "name": name, "about": about, "url": reverse("leads:page", args=[row.public_id])}
