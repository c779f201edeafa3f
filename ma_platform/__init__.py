"""The platform under the rooms: settings, tenancy, database idioms, jobs, the outer doors.

It knows nothing of marketing; a word like lead or form in here is a mistake.
"""
