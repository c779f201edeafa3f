"""What the condition builder asks while somebody writes: words, numbers, people for example, and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.http import Http404, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST

import conditions
from conditions import ConditionRefused, Node
from leads.asking import BUILDER_TEXTS, told_counts, told_person
from leads.queries import LeadFilter, find_lead, list_leads
from leads.queries.asking import AUDIENCES, cost_of, count_matching, explain_lead, sample_matching
from leads.queries.sensitive import check_condition
from ma_platform import clock
from ma_platform.tenancy import veil
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest

LARGEST = 200_000  # bytes of a question
FOUND = 8
LONGEST = 200  # letters of a field's key
MOST_FIELDS = 100  # as many as a condition has parts
Json = dict[str, Any]  # Any: JSON


@requires(Capability.VIEW_LEADS)
@require_GET
def words(request: MemberRequest) -> HttpResponse:
    """Fields, operators, events and memberships of an audience, and the builder's own texts."""
    locale = _locale()
    offered = conditions.offered(locale=locale, vocabulary=AUDIENCES[_audience(request.GET)])
    texts = {key: str(text) for key, text in BUILDER_TEXTS.items()}
    offered["fields"] = [one for one in offered["fields"] if one["key"] not in veil.withheld()]
    return JsonResponse({**offered, "texts": texts, "locale": locale})


@requires(Capability.VIEW_LEADS)
@require_POST
def fields(request: MemberRequest) -> HttpResponse:
    """The fields of an audience by `keys`, as `words` tells them: those a condition names and nobody is offered."""
    body = _body(request)
    named = body.get("keys")
    keys = [key for key in named if isinstance(key, str) and len(key) <= LONGEST] if isinstance(named, list) else []
    shown = [key for key in keys[:MOST_FIELDS] if "\0" not in key and key not in veil.withheld()]
    told = conditions.offered_too(shown, locale=_locale(), vocabulary=AUDIENCES[_audience(body)])
    return JsonResponse({"fields": told})


@requires(Capability.VIEW_LEADS)
@require_GET
def values(request: MemberRequest) -> HttpResponse:
    """Known values of one field (`key`, of an event with `of=event`) that fit `q`."""
    known = conditions.hints(
        request.GET.get("key", "")[:200],
        request.GET.get("q", "")[:100].replace("\0", ""),
        locale=_locale(),
        event=request.GET.get("of") == "event",
        vocabulary=AUDIENCES[_audience(request.GET)],
    )
    return JsonResponse({"values": known})


@requires(Capability.VIEW_LEADS)
@require_GET
def people(request: MemberRequest) -> HttpResponse:
    """People that fit `q`, to ask about one of them."""
    q = request.GET.get("q", "").strip()[:200].replace("\0", "")
    rows = list_leads(LeadFilter(q=q, limit=FOUND)) if q else []
    return JsonResponse({"people": [told_person(row) for row in rows]})


@requires(Capability.VIEW_LEADS)
@require_POST
def count(request: MemberRequest) -> HttpResponse:
    """How many a condition holds for, in total and part by part, its sentence, and what it costs."""

    def counted(node: Node, audience: str) -> Json:
        now = clock.now()
        found, cost = count_matching(node, now=now, audience=audience), cost_of(node, now=now, audience=audience)
        sentence = conditions.describe(node, locale=_locale(), vocabulary=AUDIENCES[audience])
        return {**told_counts(found), "sentence": sentence, "warnings": cost.told(_locale())}

    return _answered(request, counted)


@requires(Capability.VIEW_LEADS)
@require_POST
def sample(request: MemberRequest) -> HttpResponse:
    """A few people a condition holds for; `people` is null when finding them takes too long."""

    def sampled(node: Node, audience: str) -> Json:
        rows = sample_matching(node, now=clock.now()) if audience == "leads" else []
        return {"people": None if rows is None else [told_person(row) for row in rows]}

    return _answered(request, sampled)


@requires(Capability.VIEW_LEADS)
@require_POST
def explain(request: MemberRequest) -> HttpResponse:
    """Why the person `lead` is in or out: the tree with each part's answer."""
    with veil.reading():
        lead = find_lead(str(_body(request).get("lead", ""))[:100].replace("\0", ""))
    if lead is None:
        raise Http404

    def explained(node: Node, audience: str) -> Json:
        verdict = explain_lead(node, lead, now=clock.now())
        person = {"name": str(lead), "url": reverse("leads:page", args=[lead.public_id])}
        return {"person": person, "tree": verdict.as_json(locale=_locale(), tz=ZoneInfo(request.workspace.timezone))}

    return _answered(request, explained)


@requires(Capability.VIEW_LEADS)
@require_POST
def describe(request: MemberRequest) -> HttpResponse:
    """The condition as a sentence, in Japanese and English."""

    def said(node: Node, audience: str) -> Json:
        words = AUDIENCES[audience]
        return {locale: conditions.describe(node, locale=locale, vocabulary=words) for locale in ("ja", "en")}

    return _answered(request, said)


def _answered(request: MemberRequest, answer: Callable[[Node, str], Json]) -> HttpResponse:
    """The answer for the condition of the body, or the refusal that names its bad part."""
    body = _body(request)
    audience = _audience(body)
    try:
        node = conditions.parse(body.get("condition"), vocabulary=AUDIENCES[audience])
        check_condition(node, vocabulary=AUDIENCES[audience])
        with veil.reading():
            return JsonResponse(answer(node, audience))
    except ConditionRefused as refused:
        return JsonResponse({"path": refused.path, "reason": str(refused.reason)}, status=422)


def _body(request: MemberRequest) -> Json:
    try:
        body = orjson.loads(request.body[:LARGEST])
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def _audience(asked: Any) -> str:  # Any: JSON or a query string
    return "visitors" if asked.get("audience") == "visitors" else "leads"


def _locale() -> str:
    return "ja" if (get_language() or "ja").startswith("ja") else "en"
