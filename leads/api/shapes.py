"""What the API accepts about people, and how it becomes what the actions take."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from leads.actions import EntryRefused, LeadInput, LeadRefused, Permission
from leads.models import Consent
from leads.queries.sensitive import withheld_of
from leads.refusals import worded
from ma_platform.api.serializers import StrictSerializer

TOPIC_LIMIT = 100
UNSEEN = "This key does not see this field (leads:sensitive)."
STRING_LIMIT = 1000  # the entry rules say per field what is too long; this only bounds the work


class Text(serializers.CharField):
    """Text that may be blank or null: both say "blank"."""

    def __init__(self, **kwargs: Any) -> None:  # Any: serializer options
        super().__init__(required=False, allow_blank=True, allow_null=True, max_length=STRING_LIMIT, **kwargs)


class ConsentShape(StrictSerializer):
    """A line for the consent ledger."""

    topic = serializers.CharField(max_length=TOPIC_LIMIT)
    state = serializers.ChoiceField(choices=Consent.State.choices, default=Consent.State.GRANTED)
    basis = serializers.ChoiceField(choices=Consent.Basis.choices, required=False, allow_null=True)
    evidence = serializers.DictField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:  # Any: validated JSON
        if attrs["state"] == Consent.State.GRANTED and not attrs.get("basis"):
            attrs["basis"] = Consent.Basis.CONSENT
        return attrs


class LeadShape(StrictSerializer):
    """A person as stated. `external_id` is short for `external_ids: {"external_id": …}`; `company` is a name."""

    email = Text()
    external_id = serializers.CharField(required=False, max_length=200)
    external_ids = serializers.DictField(child=serializers.CharField(max_length=200), required=False)
    last_name = Text()
    first_name = Text()
    last_name_kana = Text()
    first_name_kana = Text()
    company = serializers.JSONField(required=False, allow_null=True)
    department = Text()
    job_title = Text()
    job_rank = Text()
    phone = Text()
    prefecture = Text()
    owner = Text()
    tags = serializers.ListField(child=serializers.CharField(max_length=100), required=False, max_length=100)
    attributes = serializers.DictField(required=False)
    consent = ConsentShape(many=True, required=False)

    def validate_company(self, value: object) -> str:
        """A name, or an object with one, as the API itself answers."""
        name = value.get("name") if isinstance(value, Mapping) else value
        if name is None:
            return ""
        if not isinstance(name, str) or len(name) > STRING_LIMIT:
            raise serializers.ValidationError('A company is a name or {"name": …}.')
        return name


class BulkShape(StrictSerializer):
    """Up to a thousand people; each is checked on its own, so one bad row spoils nothing else."""

    leads = serializers.ListField(child=serializers.DictField(), min_length=1, max_length=1000)
    policy = serializers.ChoiceField(choices=["fill", "overwrite", "append", "never"], default="overwrite")


TEXTS = (
    "email",
    "last_name",
    "first_name",
    "last_name_kana",
    "first_name_kana",
    "company",
    "department",
    "job_title",
    "job_rank",
    "phone",
    "prefecture",
    "owner",
)


def lead_input(stated: Mapping[str, Any]) -> LeadInput:  # Any: validated JSON
    """Validated JSON as the actions take it; null says blank."""
    texts: dict[str, Any] = {name: stated[name] or "" for name in TEXTS if name in stated}
    identifiers = dict(stated.get("external_ids", {}))
    if "external_id" in stated:
        identifiers["external_id"] = stated["external_id"]
    return LeadInput(
        **texts,
        external_ids=identifiers,
        tags=tuple(stated.get("tags", ())),
        consents=tuple(_permission(line) for line in stated.get("consent", ())),
        attributes=stated.get("attributes", {}),
    )


def unseen(stated: Mapping[str, Any], subject: str = "lead") -> dict[str, list[str]]:  # Any: validated JSON
    """What is stated of fields this key may not see, and so may not write over, by name."""
    names = [*stated, *(f"attributes.{key}" for key in stated.get("attributes", ()))]
    return {name: [UNSEEN] for name in sorted(withheld_of(names, subject))}


def _permission(line: Mapping[str, Any]) -> Permission:  # Any: validated JSON
    evidence = {"source": "api", **line.get("evidence", {})}
    return Permission(topic=line["topic"], state=line["state"], basis=line.get("basis"), evidence=evidence)


def refused(error: EntryRefused | LeadRefused) -> serializers.ValidationError:
    """Bad fields in the API's shape."""
    return serializers.ValidationError({name: [text] for name, text in worded(error.errors).items()})
