"""What mails can be about, by the names people read. The one place for them."""

from django.utils.translation import gettext_lazy as _

TOPICS = {
    "*": _("All mails"),
    "newsletter": _("Newsletter"),
    "seminar": _("Seminars"),
    "product": _("Product news"),
    "partner": _("Offers of partners"),
}


def topic_name(topic: str) -> str:
    """topic_name("newsletter") == "Newsletter"; a workspace's own topic is its key as words."""
    known = TOPICS.get(topic)
    return str(known) if known else topic.replace("_", " ").replace("-", " ")


def topic_choices() -> list[tuple[str, str]]:
    """Every topic a mail can have, for a select."""
    return [(key, str(name)) for key, name in TOPICS.items() if key != "*"]
