"""Verbs of forms, submissions and files."""

from capture.actions import personal
from capture.actions.assets import Upload, store_asset
from capture.actions.birth import install_ready_forms
from capture.actions.forget import forget_submissions, shorten_addresses
from capture.actions.forms import create_form, save_form, set_published
from capture.actions.submit import AnswersRefused, Context, Outcome, Posted, release, submit

__all__ = [
    "AnswersRefused",
    "Context",
    "Outcome",
    "Posted",
    "Upload",
    "create_form",
    "forget_submissions",
    "install_ready_forms",
    "personal",
    "release",
    "save_form",
    "set_published",
    "shorten_addresses",
    "store_asset",
    "submit",
]
