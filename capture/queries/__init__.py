"""Questions about forms, submissions and files."""

from capture.queries.public import find_open_form, form_definition, thanks
from capture.queries.reading import (
    FormRow,
    SubmissionRow,
    asset_bytes,
    find_asset,
    find_form,
    find_submission,
    latest_document,
    list_assets,
    list_forms,
    list_submissions,
    submissions_of,
)

__all__ = [
    "FormRow",
    "SubmissionRow",
    "asset_bytes",
    "find_asset",
    "find_form",
    "find_open_form",
    "find_submission",
    "form_definition",
    "latest_document",
    "list_assets",
    "list_forms",
    "list_submissions",
    "submissions_of",
    "thanks",
]
