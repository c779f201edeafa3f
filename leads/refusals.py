"""Why something about a lead is refused, in words for people."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from ma_platform.errors import DomainError

FIELD_REASONS = {
    "invalid_address": _("This is not one e-mail address we can write to. Please check it."),
    "invalid_phone": _("This is not a telephone number. Example: 03-1234-5678"),
    "too_long": _("This is too long. Please shorten it."),
    "unknown_rank": _("There is no such rank."),
    "unknown_member": _("Nobody in this workspace has this address."),
    "belongs_to_another_lead": _("Another lead already has this. Open that lead instead."),
    "out_of_reach": _("This is known already, of somebody you do not see. Ask whoever manages your workspace."),
    "quota": _("The quota of leads is used up. See Settings → Data and usage."),
    "identity_missing": _("Please give an e-mail address or an external ID."),
    "name_or_address_missing": _("Please give a name or an e-mail address."),
    "invalid_identifier": _("An external ID is 1 to 200 characters."),
    "invalid_identifier_kind": _("The name of a system has only a to z, 0 to 9 and _. Example: salesforce"),
    "address_no_identifier": _("A mail address is no ID. Give it as an address of the person."),
    "unseen": _("This field is not shown to you, so you cannot change it."),
    "too_many_addresses": _("This person has as many addresses as there can be. Take one off first."),
    "came_with_another": _("It came with somebody who was joined, and cannot become the main address."),
    "unknown_attribute": _("There is no field with this key in this workspace."),
    "not_a_text": _("Please write a text."),
    "not_a_number": _("Please write a number. Example: 1200"),
    "not_a_day": _("Please write a day. Example: 2026-11-22"),
    "not_a_choice": _("This is not one of the choices."),
    "not_a_truth": _("Please answer yes or no."),
    "not_a_url": _("Please write a web address that begins with https:// or http://."),
}


class LeadRefused(DomainError):
    """A stated person cannot be kept as it is; `errors` names each bad field with a code of FIELD_REASONS."""

    code = "lead_refused"
    message = _("Some fields of the lead are not acceptable.")

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(errors={name: [str(FIELD_REASONS.get(code, code))] for name, code in errors.items()})
        self.errors = dict(errors)


def worded(errors: Mapping[str, str]) -> dict[str, str]:
    """Codes as sentences in the active language."""
    return {name: str(FIELD_REASONS.get(code, code)) for name, code in errors.items()}
