"""Reaching machines: webhooks out and SFA connectors. Empty until its issue; kept so that nobody builds it elsewhere.

Refuses to send mail or to decide what a change means.
"""
