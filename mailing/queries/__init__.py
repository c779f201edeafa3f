"""Questions about mails and messages."""

from mailing.queries.emails import document_of, find_email, get_email, list_emails, version_of
from mailing.queries.loaded import Sheet, loaded
from mailing.queries.messages import Counts, MessageRow, counts_by_email, counts_of, list_messages, messages_of_lead

__all__ = [
    "Counts",
    "MessageRow",
    "Sheet",
    "counts_by_email",
    "counts_of",
    "document_of",
    "find_email",
    "get_email",
    "list_emails",
    "list_messages",
    "loaded",
    "messages_of_lead",
    "version_of",
]
