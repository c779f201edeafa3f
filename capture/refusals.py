"""Why a form document, an answer or a file is refused, in words for people."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from ma_platform.errors import DomainError, Refused

DOCUMENT_REASONS = {
    "shape": _("expected %(expected)s"),
    "unknown_key": _("“%(key)s” has no meaning here"),
    "missing": _("this is missing"),
    "empty": _("must not be empty"),
    "too_long": _("longer than %(limit)s characters"),
    "too_many": _("more than %(limit)s"),
    "unknown_kind": _("there is no field of the kind “%(kind)s”"),
    "key": _("a key is 1 to 50 small letters, digits and _, beginning with a letter"),
    "twice": _("“%(key)s” is used twice"),
    "unknown_target": _("“%(target)s” is not a field of a lead"),
    "not_yet": _("“%(what)s” is not available yet"),
    "choice": _("must be one of: %(choices)s"),
    "no_email": _("one e-mail field that fills lead.email is needed"),
    "one_after": _("exactly one of message, redirect and asset is needed"),
    "url": _("must be a web address beginning with https:// or http://"),
    "range": _("must be a number from %(low)s to %(high)s"),
}

ANSWER_REASONS = {
    "required": _("Please fill this in."),
    "consent_required": _("Your agreement is needed."),
    "choose": _("Please choose one."),
    "invalid_address": _("Please enter an e-mail address, such as taro@example.co.jp."),
    "invalid_phone": _("Please enter a telephone number, such as 03-1234-5678."),
    "too_long": _("This is too long. Please shorten it."),
    "not_a_choice": _("Please choose one of the options."),
    "not_text": _("Please enter plain text."),
    "expired": _("This page was open for a long time. Please press send again."),
}


class FormRefused(Refused):
    """A form document is not acceptable; `path` as in `/fields/2/type`, `why` is a key of DOCUMENT_REASONS."""

    code = "form_refused"

    def __init__(self, why: str, *, path: str, **facts: object) -> None:
        super().__init__(path=path, reason=DOCUMENT_REASONS[why] % facts if facts else DOCUMENT_REASONS[why])
        self.why = why


class FileRefused(DomainError):
    """An uploaded file is not one we hand out."""

    code = "file_refused"
    message = _("%(reason)s")


FILE_REASONS = {
    "too_large": _("The file is larger than %(limit)s MB."),
    "empty": _("The file is empty."),
    "quota": _("Your quota of files is used up. See Settings → Data and usage."),
    "kind": _("Only PDF, PowerPoint, Word, Excel, ZIP, PNG and JPEG files can be handed out."),
}


def worded(errors: Mapping[str, str]) -> dict[str, str]:
    """Codes of ANSWER_REASONS as sentences in the active language."""
    return {name: str(ANSWER_REASONS[code]) for name, code in errors.items()}
