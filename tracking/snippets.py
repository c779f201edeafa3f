"""Lines of code that a workspace's members paste into their sites, made from the live settings. Pure text."""

from __future__ import annotations

from html import escape

from tracking.collector.tag import Tag
from tracking.queries.setting import TagSettings

STUB = "window.ma = window.ma || function () { (ma.q = ma.q || []).push(arguments) };"
"""Keeps commands until the tag is there, so that lines may be pasted in any order."""


def tag_snippet(tag: TagSettings, *, source: str = "", more: str = "") -> str:
    """The lines for the page's head. `source`: another address of the script, `more`: further attributes."""
    said = [f'src="{escape(source or tag.host + "/t.js")}"', f'data-key="{escape(tag.key)}"']
    if tag.consent_required:
        said.append('data-consent="required"')
    if tag.domains:
        said.append(f'data-domains="{escape(",".join(tag.domains))}"')
    if tag.spa != "path":
        said.append(f'data-spa="{tag.spa}"')
    if tag.first_party:
        said.append("data-first-party")
    return f"<script>{STUB}</script>\n<script async {' '.join(said)}{more}></script>"


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


def banner_snippet(*, text: str, agree: str, refuse: str) -> str:
    """A question at the foot of the page, for sites that have no consent banner of their own."""
    return f"""<div id="ma-consent" hidden>
  <p>{escape(text)}</p>
  <button type="button" data-answer="granted">{escape(agree)}</button>
  <button type="button" data-answer="denied">{escape(refuse)}</button>
</div>
<script>
  {STUB}
  (function (box) {{
    function kept(answer) {{
      try {{
        if (answer) localStorage.setItem('asked', '1');
        return localStorage.getItem('asked');
      }} catch (blocked) {{}}
    }}
    box.hidden = !!kept();
    box.addEventListener('click', function (event) {{
      var answer = event.target.dataset.answer;
      if (!answer) return;
      ma('consent', answer);
      kept(answer);
      box.hidden = true;
    }});
  }})(document.getElementById('ma-consent'));
</script>"""
