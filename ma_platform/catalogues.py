"""Merge the catalogue fragments of the rooms (`locale/<language>/parts/*.po`) and compile them for gettext."""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from ma_platform.env import ROOT


class Disagreement(SystemExit):
    """Two rooms translate one sentence differently."""


def merge(folder: Path) -> Catalog:
    """All fragments of one language as one catalogue; a sentence may be repeated only with the same words."""
    whole = Catalog(locale=folder.name, domain="django")
    for part in sorted((folder / "parts").glob("*.po")):
        with part.open("rb") as source:
            for message in read_po(source, locale=folder.name, abort_invalid=True):
                if not message.id or not message.string:
                    continue
                known = whole.get(message.id, message.context)
                if known is not None and known.string != message.string:
                    raise Disagreement(
                        f"{part}: {message.id!r} is {message.string!r} here and {known.string!r} elsewhere"
                    )
                whole.add(message.id, message.string, context=message.context, flags=message.flags)
    return whole


def main() -> None:
    for folder in sorted(path.parent for path in (ROOT / "locale").glob("*/parts")):
        target = folder / "LC_MESSAGES" / "django.mo"
        target.parent.mkdir(exist_ok=True)
        whole = merge(folder)  # first: a refusal must not leave an empty catalogue behind
        with target.with_suffix(".half").open("wb") as out:
            write_mo(out, whole)
        target.with_suffix(".half").replace(target)


if __name__ == "__main__":
    main()
