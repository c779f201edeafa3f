"""How this site is connected to the platform: by the environment, else by a file written when the demo is seeded."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Connection:
    """`tag_host` is an origin; empty values mean the site shows itself without the tag or that form."""

    tag_host: str = ""
    write_key: str = ""
    form: str = ""
    contact_form: str = ""


VARIABLES = {
    "tag_host": "DEMO_TAG_HOST",
    "write_key": "DEMO_WRITE_KEY",
    "form": "DEMO_FORM",
    "contact_form": "DEMO_CONTACT_FORM",
}


def read_connection(environment: Mapping[str, str]) -> Connection:
    """Read anew at each request, so that seeding the demo needs no restart here."""
    written = _read_file(_config_path(environment))
    values = {name: environment.get(variable) or written.get(name, "") for name, variable in VARIABLES.items()}
    return Connection(**(values | {"tag_host": values["tag_host"].rstrip("/")}))


def _config_path(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("DEMO_SITE_CONFIG") or Path(environment.get("DATA_DIR") or "var") / "demo-site.json")


def _read_file(path: Path) -> dict[str, str]:
    """Text values of the JSON object in `path`; empty while it is missing or half written."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return (
        {str(name): value for name, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}
    )


def current() -> Connection:
    return read_connection(os.environ)
