"""Words of the identification pages."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

HASH_REASONS = {
    "right": _("Right: this hash is believed."),
    "right_old": _("Right, but made with the old secret. It is believed until the old secret ends."),
    "empty": _("Both the user id (or address) and the hash are needed."),
    "short": _("Wrong: a SHA-256 hash has 64 characters. Was another algorithm used?"),
    "not_hex": _("Wrong: the hash must be written in hexadecimal (0–9, a–f)."),
    "base64": _("Wrong: this is the right hash in Base64. Write it in hexadecimal."),
    "unkeyed": _("Wrong: this is a plain SHA-256 without the secret. Use HMAC."),
    "write_key": _("Wrong: this was made with the write key. Use the secret of this page."),
    "spaces": _("Wrong: there is a space or a line break too many around the user id."),
    "letter_case": _("Wrong: this is the hash of the lower-case spelling. Send and sign the same spelling."),
    "wrong": _("Wrong: made with another secret or for another user id."),
}
