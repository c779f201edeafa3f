"""Running a workspace: its settings, members, invitations and keys, and coming in and out.

The tables are tenancy's; here are the verbs and the pages, which need the audit trail and the shell above tenancy.
"""
