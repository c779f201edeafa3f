"""How to put the tag on a site, whether it is seen there, and what to tell visitors about it."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from ma_platform import clock
from ma_platform.env import ENV
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import page_or_fragment
from tracking.actions.forgetting import DAYS
from tracking.banners import banner, waits
from tracking.hosts import readable
from tracking.queries import domain_tags, names_without_place, sightings, tag_seen, tag_settings
from tracking.queries.setting import TagSettings
from tracking.snippets import (
    ONLY_MEASURE,
    choices_snippet,
    pinned_snippet,
    pixel_snippet,
    post_snippet,
    refusal_snippet,
    tag_snippet,
)

LANGUAGES = {"ja": "日本語", "en": "English"}


@requires(Capability.VIEW_TRACKING)
@require_GET
def setup(request: MemberRequest) -> HttpResponse:
    """The lines to paste, made from the live settings, and where the tag has been seen."""
    tag = tag_settings(request.workspace.write_key)
    own = domain_tags(tag)
    context = {
        "tag": tag,
        "snippet": tag_snippet(tag),
        "pinned": pinned_snippet(tag),
        "own": [(readable(domain), tag_snippet(one), pinned_snippet(one)) for domain, one in own.items()],
        "pixel": pixel_snippet(tag.host, tag.key),
        "post": post_snippet(ENV.tracking_host, tag.key),
        "waits": waits(tag),
        "answers": choices_snippet(*_choices(tag, granted=gettext("agreed"), withdrawn=gettext("no longer"))),
        "refusal": choices_snippet(*_choices(tag, denied=gettext("refused"))),
        "texts": [_texts(language, _notice(request), [tag, *own.values()]) for language in LANGUAGES.items()],
        "write_key": tag.key,
        "seen": tag_seen(),
        "sightings": sightings(),
        "notice": _notice(request),
        "counted_days": DAYS,
        "without_place": names_without_place(today=timezone.localdate(clock.now())),
        "may_edit": Capability.EDIT_TRACKING in request.can,
    }
    return page_or_fragment(request, "tracking/setup.html", "tracking/_seen.html", context)


def _notice(request: MemberRequest) -> str:
    return ENV.base_url + reverse("tracking_public:notice", args=[request.workspace.code])


def _choices(tag: TagSettings, **answers: str) -> list[tuple[str, str]]:
    """Answers to both purposes, and the one that parts them where personalising can be."""
    both = [(f"'consent', '{answer}'", words) for answer, words in answers.items()]
    return both if tag.cookieless else [*both, (ONLY_MEASURE, gettext("only measuring"))]


def _texts(language: tuple[str, str], notice: str, tags: list[TagSettings]) -> dict[str, str]:
    """What visitors read, in their language, whatever the member's is: (code, name) of it."""
    code, name = language
    with translation.override(code):
        return {
            "name": name,
            "banner": banner(tags),
            "refusal": refusal_snippet(
                text=gettext("We record which pages this browser reads."),
                refuse=gettext("Do not recognise this browser"),
                done=gettext("This browser is no longer recognised."),
                notice=f"{notice}?lang={code}",
                what=gettext("What is sent"),
            ),
        }
