"""Lines of code that a workspace's members paste into their sites, made from the live settings. Pure text."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from tracking.collector.tag import Tag
from tracking.queries.setting import TagSettings

STUB = "window.ma = window.ma || function () { (ma.q = ma.q || []).push(arguments) };"
"""Keeps commands until the tag is there, so that lines may be pasted in any order."""


def tag_snippet(tag: TagSettings, *, source: str = "", more: str = "") -> str:
    """The lines for the page's head. `source`: another address of the script, `more`: further attributes."""
    said = [f'src="{escape(source or tag.host + "/t.js")}"', f'data-key="{escape(tag.key)}"']
    if asked := _asked_first(tag):
        said.append(f'data-consent="{asked}"')
    if tag.domains:
        said.append(f'data-domains="{escape(",".join(tag.domains))}"')
    if tag.spa != "path":
        said.append(f'data-spa="{tag.spa}"')
    if tag.cookieless:
        said.append("data-cookieless")
    elif tag.first_party:
        said.append("data-first-party")
    return f"<script>{STUB}</script>\n<script async {' '.join(said)}{more}></script>"


def _asked_first(tag: TagSettings) -> str:
    """The purposes that wait for an answer; "required" is both."""
    if tag.consent_required:
        return "required" if tag.personalise_required else "measure"
    return "personalise" if tag.personalise_required else ""


def pinned_snippet(tag: TagSettings) -> str:
    """The same lines held to this very version by its integrity hash: for sites whose rules ask for it."""
    file = Tag().read()
    return tag_snippet(tag, source=tag.host + file.path, more=f' integrity="{file.integrity}" crossorigin="anonymous"')


def pixel_snippet(host: str, key: str) -> str:
    """For pages without script."""
    return f'<img src="{host}/t.gif?k={key}&amp;u=https%3A%2F%2Fexample.jp%2Fpage" width="1" height="1" alt="">'


def post_snippet(host: str, key: str) -> str:
    """For servers."""
    return (
        f"curl {host}/v1/track -u {key}: -H 'Content-Type: application/json' \\\n"
        """  -d '{"anonymousId": "browser-1", "event": "seminar_registered", "properties": {"name": "…"}}'"""
    )


def identify_snippet(user_id: str = "USER_ID") -> str:
    """What the page says once the server has made the hash (`tracking.signed`)."""
    return f"""<script>
  {STUB}
  ma('identify', '{user_id}', {{email: 'taro@example.jp', lastName: '山田', firstName: '太郎'}},
     {{userHash: 'HASH_FROM_YOUR_SERVER'}});
</script>"""


def command_snippet(*commands: str) -> str:
    """Commands for a site's own script: command_snippet("'consent', 'granted'")."""
    return "\n".join([STUB, *[f"ma({command});" for command in commands]])


def choices_snippet(*choices: tuple[str, str]) -> str:
    """Commands of which a site calls one, each with what it is for: ("'consent', 'denied'", "nothing")."""
    return "\n".join([STUB, *[f"ma({command});  // {words}" for command, words in choices]])


ONLY_MEASURE = "'consent', {measure: true, personalise: false}"


def banner_snippet(*, text: str, answers: Sequence[tuple[str, str]], area: str = "localStorage") -> str:
    """A question at the foot of the page, for sites that have no consent banner of their own.

    `answers`: "granted", "measure" or "denied", each with its words. `area`: where it is noted that somebody was asked;
    as lasting as the answer itself.
    """
    buttons = "\n  ".join(
        f'<button type="button" data-answer="{answer}">{escape(words)}</button>' for answer, words in answers
    )
    return f"""<div id="ma-consent" hidden>
  <p>{escape(text)}</p>
  {buttons}
</div>
<script>
  {STUB}
  (function (box) {{
    function kept(answer) {{
      try {{
        if (answer) {area}.setItem('asked', '1');
        return {area}.getItem('asked');
      }} catch (blocked) {{}}
    }}
    box.hidden = !!kept();
    box.addEventListener('click', function (event) {{
      var answer = event.target.dataset.answer;
      if (!answer) return;
      ma('consent', answer === 'measure' ? {{measure: true, personalise: false}} : answer);
      kept(answer);
      box.hidden = true;
    }});
  }})(document.getElementById('ma-consent'));
</script>"""


def refusal_snippet(*, text: str, refuse: str, done: str, notice: str, what: str) -> str:
    """A line with a button for the privacy policy, where nobody is asked first. `done` stands there after a click."""
    return f"""<p id="ma-refuse">
  {escape(text)} <a href="{escape(notice)}">{escape(what)}</a>
  <button type="button" data-done="{escape(done)}">{escape(refuse)}</button>
</p>
<script>
  {STUB}
  document.querySelector('#ma-refuse button').onclick = function () {{
    ma('consent', 'denied');
    this.parentNode.textContent = this.dataset.done;
  }};
</script>"""
