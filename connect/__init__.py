"""Reaching machines: webhooks out and SFA connectors. Empty until its issue; the room is kept so that nobody builds it elsewhere.

Refuses to send mail or to decide what a change means.
"""
