"""Our own line icons: one name, the inner shapes of a 24 × 24 drawing, stroked in the text colour."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

SHAPES: Final[dict[str, str]] = {
    "home": '<path d="M4 11 12 4l8 7v8a1 1 0 0 1-1 1h-4v-6H9v6H5a1 1 0 0 1-1-1z"/>',
    "users": (
        '<circle cx="9" cy="8" r="3.5"/><path d="M2.5 20a6.5 6.5 0 0 1 13 0M16 4.8a3.5 3.5 0 0 1 0 6.4M18 14.2'
        'a6.5 6.5 0 0 1 3.5 5.8"/>'
    ),
    "user": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5a7.5 7.5 0 0 1 15 0"/>',
    "building": (
        '<path d="M5 21V4.5A1.5 1.5 0 0 1 6.5 3h7A1.5 1.5 0 0 1 15 4.5V21M15 9h3a1.5 1.5 0 0 1 1.5 1.5V21M3 21h18'
        'M8.5 7h3M8.5 11h3M8.5 15h3"/>'
    ),
    "segment": '<path d="M12 3v9h9"/><path d="M20.2 15.5A9 9 0 1 1 8.5 3.8"/><path d="M15.5 3.8a9 9 0 0 1 4.7 4.7"/>',
    "filter": '<path d="M4 6h16M7 12h10M10 18h4"/>',
    "form": '<rect x="4" y="3" width="16" height="18" rx="2"/><path d="M8 8h8M8 12h8M8 16h4"/>',
    "file": (
        '<path d="M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8z"/><path d="M14 3v5h5M9 13h6M9 17h4"/>'
    ),
    "download": '<path d="M12 4v11M7.5 11 12 15.5 16.5 11M4 20h16"/>',
    "upload": '<path d="M12 15.5V4.5M7.5 9 12 4.5 16.5 9M4 20h16"/>',
    "mail": '<rect x="3" y="5" width="18" height="14" rx="2"/><path d="m3.5 7 8.5 6 8.5-6"/>',
    "send": '<path d="M21 3 10.5 13.5M21 3l-6.5 18-4-7.5L3 9.5z"/>',
    "flow": (
        '<rect x="3" y="3" width="7" height="6" rx="1.5"/><rect x="14" y="15" width="7" height="6" rx="1.5"/><pat'
        'h d="M6.5 9v5.5A3.5 3.5 0 0 0 10 18h4"/>'
    ),
    "gauge": '<path d="M4.6 18.5a9 9 0 1 1 14.8 0"/><path d="m12 14 4-5"/><circle cx="12" cy="14" r="1.2"/>',
    "stage": '<path d="M3 6h5l3 6-3 6H3l3-6zM12.5 6H17l4 6-4 6h-4.5l3-6z"/>',
    "deal": (
        '<rect x="3" y="8" width="18" height="12" rx="2"/><path d="M9 8V6a2 2 0 0 1 2-2h2a2 2 0 0 1 2 2v2M3 13h18"/>'
    ),
    "chart": '<path d="M4 4v16h16"/><path d="M8.5 16v-4M13 16V7.5M17.5 16v-6"/>',
    "settings": (
        '<circle cx="12" cy="12" r="3"/><path d="M12 2.8v3M12 18.2v3M2.8 12h3M18.2 12h3M5.5 5.5l2.1 2.1M16.4 16.4'
        'l2.1 2.1M18.5 5.5l-2.1 2.1M7.6 16.4l-2.1 2.1"/>'
    ),
    "search": '<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.5 4.5"/>',
    "bell": '<path d="M6 10a6 6 0 0 1 12 0c0 5 2 6.5 2 6.5H4S6 15 6 10zM10 20a2.2 2.2 0 0 0 4 0"/>',
    "help": '<circle cx="12" cy="12" r="9"/><path d="M9.6 9.5a2.5 2.5 0 1 1 3.7 2.2c-.9.5-1.3 1-1.3 2M12 17v.01"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "minus": '<path d="M5 12h14"/>',
    "edit": '<path d="M4 20h4L19.5 8.5a2.1 2.1 0 0 0-3-3L5 17zM14.5 7.5l3 3"/>',
    "trash": (
        '<path d="M4 7h16M9.5 7V4.5h5V7M6.5 7l.8 12a1.5 1.5 0 0 0 1.5 1.5h6.4a1.5 1.5 0 0 0 1.5-1.5l.8-12M10 11v5.5'
        'M14 11v5.5"/>'
    ),
    "check": '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
    "x": '<path d="M6 6l12 12M18 6 6 18"/>',
    "chevron-down": '<path d="m6 9 6 6 6-6"/>',
    "chevron-right": '<path d="m9 6 6 6-6 6"/>',
    "chevron-left": '<path d="m15 6-6 6 6 6"/>',
    "arrow-up": '<path d="M12 19V5M6 11l6-6 6 6"/>',
    "arrow-down": '<path d="M12 5v14M6 13l6 6 6-6"/>',
    "arrow-right": '<path d="M5 12h14M13 6l6 6-6 6"/>',
    "more": '<path d="M5.5 12h.01M12 12h.01M18.5 12h.01" stroke-width="2.75"/>',
    "menu": '<path d="M4 7h16M4 12h16M4 17h16"/>',
    "flame": (
        '<path d="M12 3c.5 3.5 5.5 5.5 5.5 11'
        'a5.5 5.5 0 0 1-11 0c0-2.5 1.3-3.7 2-5.5 1.2.8 1.8 1.8 2 3 1.5-2 2-5 1.5-8.5z"/>'
    ),
    "eye": (
        '<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/><circ'
        'le cx="12" cy="12" r="2.75"/>'
    ),
    "link": (
        '<path d="M10 14a4 4 0 0 0 5.7 0l3.1-3.1a4 4 0 0 0-5.7-5.7L12 6.3M14 10a4 4 0 0 0-5.7 0l-3.1 3.1'
        'a4 4 0 0 0 5.7 5.7l1.1-1.1"/>'
    ),
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5.5l3.5 2"/>',
    "calendar": '<rect x="4" y="5" width="16" height="16" rx="2"/><path d="M4 10h16M8 3v4M16 3v4"/>',
    "phone": (
        '<path d="M6 3.5h3l1.5 4.5-2 1.5a11 11 0 0 0 6 6l1.5-2 4.5 1.5v3a2 2 0 0 1-2 2A15.5 15.5 0 0 1 4 5.5'
        'a2 2 0 0 1 2-2z"/>'
    ),
    "tag": (
        '<path d="M4 4h7.5L20 12.5a1.5 1.5 0 0 1 0 2L14.5 20a1.5 1.5 0 0 1-2 0L4 11.5z"/><path d="M8 8'
        'h.01" stroke-width="2.5"/>'
    ),
    "globe": '<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c5 5.5 5 12.5 0 18M12 3c-5 5.5-5 12.5 0 18"/>',
    "key": '<circle cx="8" cy="15.5" r="4.5"/><path d="M11.2 12.3 20 3.5M16 7.5l3 3"/>',
    "shield": '<path d="M12 3 5 5.5V11c0 5 3 8 7 10 4-2 7-5 7-10V5.5z"/><path d="m9 12 2.2 2.2L15.5 10"/>',
    "warning": '<path d="M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.01"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v5.5M12 7.5v.01"/>',
    "play": '<path d="M7 4.5v15l12-7.5z"/>',
    "pause": '<path d="M8.5 5v14M15.5 5v14"/>',
    "stop": '<rect x="6" y="6" width="12" height="12" rx="1.5"/>',
    "branch": '<path d="M12 20v-6M12 14c0-4-6-3-6-8M12 14c0-4 6-3 6-8M3.5 8 6 5.5 8.5 8M15.5 8 18 5.5 20.5 8"/>',
    "copy": (
        '<rect x="9" y="9" width="11" height="11" rx="2"/><path d="M5.5 15H5a1.5 1.5 0 0 1-1.5-1.5'
        'v-8A1.5 1.5 0 0 1 5 4h8a1.5 1.5 0 0 1 1.5 1.5V6"/>'
    ),
    "external": (
        '<path d="M14 4h6v6M20 4l-9 9M18 14v4.5a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 4 18.5'
        'v-11A1.5 1.5 0 0 1 5.5 6H10"/>'
    ),
    "refresh": '<path d="M20 5v5h-5M4 19v-5h5"/><path d="M19.5 10A8 8 0 0 0 5.6 7.5M4.5 14a8 8 0 0 0 13.9 2.5"/>',
    "logout": '<path d="M10 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h4M15 8l4 4-4 4M19 12H9.5"/>',
    "sun": (
        '<circle cx="12" cy="12" r="4"/><path d="M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3'
        'l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4"/>'
    ),
    "moon": '<path d="M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z"/>',
    "monitor": '<rect x="3" y="4" width="18" height="12" rx="2"/><path d="M8 20.5h8M12 16v4.5"/>',
    "phone-screen": '<rect x="7" y="3" width="10" height="18" rx="2"/><path d="M11 18h2"/>',
    "language": (
        '<path d="M3 6h10M8 3.5V6M11 6c-.8 3.5-3.5 6.5-7 8M5.5 9.5c1 2 3 3.5 5.5 4.5M12.5 20.5 17 10l4.5 10.5M14 17'
        'h6"/>'
    ),
    "sparkle": '<path d="M12 3.5c.8 4.8 3.2 7.2 8 8-4.8.8-7.2 3.2-8 8-.8-4.8-3.2-7.2-8-8 4.8-.8 7.2-3.2 8-8z"/>',
    "hand": (
        '<path d="M8 12V5.5a1.5 1.5 0 0 1 3 0V11M11 10.5v-6a1.5 1.5 0 0 1 3 0V11M14 11V6a1.5 1.5 0 0 1 3 0v8.5'
        'a6.5 6.5 0 0 1-6.5 6.5c-3 0-4.5-1.5-6-4.5l-1.3-2.8a1.5 1.5 0 0 1 2.6-1.5L8 15"/>'
    ),
    "star": '<path d="m12 3.5 2.6 5.5 6 .8-4.4 4.2 1.1 6L12 17l-5.3 3 1.1-6-4.4-4.2 6-.8z"/>',
    "inbox": (
        '<path d="M4 14 6.5 5.5A1.5 1.5 0 0 1 8 4.5h8a1.5 1.5 0 0 1 1.5 1L20 14v4.5a1.5 1.5 0 0 1-1.5 1.5'
        'h-13A1.5 1.5 0 0 1 4 18.5z"/><path d="M4 14h4.5l1 2.5h5l1-2.5H20"/>'
    ),
    "card": (
        '<rect x="3" y="5" width="18" height="14" rx="2"/><circle cx="8.5" cy="11" r="2"/><path d="M5.5 16'
        'a3 3 0 0 1 6 0M14.5 10h4M14.5 14h3"/>'
    ),
    "box": '<path d="m12 3 8 4.5v9L12 21l-8-4.5v-9zM4 7.5l8 4.5 8-4.5M12 12v9"/>',
    "list": '<path d="M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01"/>',
    "grid": (
        '<rect x="4" y="4" width="7" height="7" rx="1.5"/><rect x="13" y="4" width="7" height="7" rx="1.5"/>'
        '<rect x="4" y="13" width="7" height="7" rx="1.5"/><rect x="13" y="13" width="7" height="7" rx="1.5"/>'
    ),
    "bolt": '<path d="M13 3 5 13.5h6L10.5 21 19 10.5h-6z"/>',
    "note": '<path d="M5 4h14v10l-6 6H5zM13 20v-6h6M9 9h6M9 12.5h3"/>',
    "lock": '<rect x="5" y="11" width="14" height="9.5" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>',
    "exchange": '<path d="M4 8.5h15M15.5 5 19 8.5 15.5 12M20 15.5H5M8.5 12 5 15.5 8.5 19"/>',
    "sidebar": '<rect x="3" y="4" width="18" height="16" rx="2"/><path d="M9 4v16"/>',
    "sort": '<path d="M8 9.5 12 5l4 4.5M8 14.5 12 19l4-4.5"/>',
}


@lru_cache(maxsize=1)
def sprite() -> SafeString:
    """All icons as `<symbol id="i-NAME">`, to stand once near the top of a page."""
    symbols = ((name, SafeString(shape)) for name, shape in SHAPES.items())
    return format_html_join("", '<symbol id="i-{}" viewBox="0 0 24 24">{}</symbol>', symbols)


@lru_cache(maxsize=1024)
def drawn(name: str, size: int, label: str) -> SafeString:
    """One icon out of the sprite; a page has dozens, so what was drawn once is kept."""
    spoken = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    icon = '<svg class="icon icon-{}" viewBox="0 0 24 24" {}><use href="#i-{}" /></svg>'
    return format_html(icon, size, spoken, name)
