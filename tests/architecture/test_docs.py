"""Docs name what exists."""

import re
from dataclasses import fields

from ma_platform.env import ROOT, Environment

PATHS = re.compile(r"`([a-z_./-]+/[A-Za-z_./-]*|[a-z_/]+\.(?:py|html|yml|sql|toml))`")
IGNORED = {"panels.py", "/healthz", "/readyz", "/mailbox/", "/styleguide/", "/api/v1/docs", "./var"}


def named(document: str) -> set[str]:
    return {path for path in PATHS.findall((ROOT / document).read_text()) if path not in IGNORED and "<" not in path}


def test_the_architecture_page_names_what_exists():
    missing = [path for path in named("docs/architecture.md") if not (ROOT / path).exists()]

    assert missing == []


def test_readme_and_contributing_link_to_what_exists():
    links = [
        (document, target)
        for document in ("README.md", "CONTRIBUTING.md", "docs/index.md")
        for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / document).read_text())
        if "://" not in target
    ]
    missing = [
        (document, target) for document, target in links if not (ROOT / document).parent.joinpath(target).exists()
    ]

    assert missing == []


def test_every_setting_is_explained():
    text = (ROOT / "docs/operating.md").read_text()
    unexplained = [field.name.upper() for field in fields(Environment) if f"`{field.name.upper()}`" not in text]

    assert unexplained == []


def test_decisions_are_numbered_without_gaps():
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs/adr").glob("*.md"))

    assert numbers == list(range(1, len(numbers) + 1))


def test_make_has_the_commands_of_the_readme():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert {"run", "test", "check", "bench"} <= targets
