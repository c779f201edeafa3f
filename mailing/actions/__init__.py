"""Verbs of mailing: write mails, put messages in the queue, send what is due, stop when people say stop."""

from mailing.actions import personal
from mailing.actions.compose import create_email, save_email, send_test
from mailing.actions.deliver import Delivery, deliver_due
from mailing.actions.enqueue import Notice, Recipient, enqueue_messages, enqueue_notice, forget_notices
from mailing.actions.joining import join_mails
from mailing.actions.refuse import (
    forget_addresses,
    refuse_by_ticket,
    resubscribe_by_ticket,
    suppress,
    suppress_by_hand,
    unsuppress,
)

__all__ = [
    "Delivery",
    "Notice",
    "Recipient",
    "create_email",
    "deliver_due",
    "enqueue_messages",
    "enqueue_notice",
    "forget_addresses",
    "forget_notices",
    "join_mails",
    "personal",
    "refuse_by_ticket",
    "resubscribe_by_ticket",
    "save_email",
    "send_test",
    "suppress",
    "suppress_by_hand",
    "unsuppress",
]
