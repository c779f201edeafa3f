"""The archive of everything kept about a person, read back."""

from __future__ import annotations

import csv
import io
from typing import Any
from zipfile import ZipFile

import orjson

Document = dict[str, list[dict[str, Any]]]  # Any: JSON


def lists(archive: bytes) -> tuple[Document, dict[str, list[list[str]]]]:
    """person.json, and every CSV as rows."""
    with ZipFile(io.BytesIO(archive)) as held:
        tables = {
            name.removeprefix("csv/").removesuffix(".csv"): list(
                csv.reader(held.read(name).decode("utf-8-sig").splitlines())
            )
            for name in held.namelist()
            if name.startswith("csv/")
        }
        return orjson.loads(held.read("person.json")), tables
