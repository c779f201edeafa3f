"""Addresses of files coming in and going out."""

from __future__ import annotations

from ma_platform.tenancy.permissions import Capability as C
from tests.walls.shape import Row

IMPORT, TRIED = {"import_id": "$import"}, {"import_id": "$tried_import"}
FILES = (
    Row("leads:imports", GET=C.IMPORT_LEADS),
    Row("leads:import_new", body={"file": "$csv", "kind": "leads"}, GET=C.IMPORT_LEADS, POST=C.IMPORT_LEADS),
    Row("leads:import", IMPORT, GET=C.IMPORT_LEADS),
    Row("leads:import_read", TRIED, {"encoding": "utf-8", "delimiter": ","}, POST=C.IMPORT_LEADS),
    Row("leads:import_columns", TRIED, {"field-0": "email"}, POST=C.IMPORT_LEADS),
    Row("leads:import_policies", {**TRIED, "place": "0"}, query={"field-0": "tags"}, GET=C.IMPORT_LEADS),
    Row("leads:import_run", TRIED, POST=C.IMPORT_LEADS),
    Row("leads:import_stop", IMPORT, POST=C.IMPORT_LEADS),
    Row("leads:import_undo", IMPORT, POST=C.IMPORT_LEADS),
    Row("leads:import_rows", IMPORT, query={"outcome": "created"}, GET=C.IMPORT_LEADS),
    Row("leads:import_errors", IMPORT, GET=C.IMPORT_LEADS),
    Row("leads:exports", GET=C.EXPORT_LEADS),
    Row("leads:export_new", body={"columns": "email", "format": "csv"}, GET=C.EXPORT_LEADS, POST=C.EXPORT_LEADS),
    Row("leads:export_file", {"export_id": "$export"}, GET=C.EXPORT_LEADS),
)
