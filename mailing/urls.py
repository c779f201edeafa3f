"""Pages of mailing."""

from django.urls import path

from mailing.views import emails, mailbox, suppressions

app_name = "mailing"
urlpatterns = [
    path("mails/", emails.emails, name="list"),
    path("mails/new", emails.new, name="new"),
    path("mails/draft", emails.draft, name="draft"),
    path("mails/draft/<str:token>", emails.draft_body, name="draft_body"),
    path("mails/suppressions", suppressions.suppressions, name="suppressions"),
    path("mails/suppressions/add", suppressions.add, name="suppress"),
    path("mails/suppressions/<str:address_hash>/remove", suppressions.remove, name="unsuppress"),
    path("mails/<str:email_id>", emails.email, name="email"),
    path("mails/<str:email_id>/edit", emails.edit, name="edit"),
    path("mails/<str:email_id>/body", emails.body, name="body"),
    path("mails/<str:email_id>/test", emails.test, name="test"),
    path("mails/<str:email_id>/messages", emails.sent, name="messages"),
    path("mailbox/", mailbox.mailbox, name="mailbox"),
    path("mailbox/<int:entry_id>", mailbox.entry, name="mailbox_entry"),
    path("mailbox/<int:entry_id>/body", mailbox.entry_body, name="mailbox_body"),
]
