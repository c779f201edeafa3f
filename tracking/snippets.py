"""Lines of code that a workspace's members paste into their sites, made from the live settings. Pure text."""

from __future__ import annotations

from html import escape

from tracking.collector.tag import Tag
from tracking.queries.setting import TagSettings


def tag_snippet(tag: TagSettings, *, source: str = "", more: str = "") -> str:
    """The line for the page's head. `source`: another address of the script, `more`: further attributes."""
    said = [f'src="{escape(source or tag.host + "/t.js")}"', f'data-key="{escape(tag.key)}"']
    if tag.consent_required:
        said.append('data-consent="required"')
    if tag.domains:
        said.append(f'data-domains="{escape(",".join(tag.domains))}"')
    if tag.spa != "path":
        said.append(f'data-spa="{tag.spa}"')
    if tag.first_party:
        said.append("data-first-party")
    return f"<script async {' '.join(said)}{more}></script>"


def pinned_snippet(tag: TagSettings) -> str:
    """The same line held to this very version by its integrity hash: for sites whose rules ask for it."""
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


def banner_snippet(*, text: str, agree: str, refuse: str) -> str:
    """A question at the foot of the page, for sites that have no consent banner of their own."""
    return f"""<div id="ma-consent" hidden>
  <p>{escape(text)}</p>
  <button type="button" data-answer="granted">{escape(agree)}</button>
  <button type="button" data-answer="denied">{escape(refuse)}</button>
</div>
<script>
  window.ma = window.ma || function () {{ (ma.q = ma.q || []).push(arguments) }};
  (function (box) {{
    box.hidden = !!localStorage.getItem('asked');
    box.addEventListener('click', function (event) {{
      var answer = event.target.dataset.answer;
      if (!answer) return;
      ma('consent', answer);
      localStorage.setItem('asked', '1');
      box.hidden = true;
    }});
  }})(document.getElementById('ma-consent'));
</script>"""
