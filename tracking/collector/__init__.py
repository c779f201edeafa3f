"""Takes facts from strangers and answers only when they are kept: pure of Django, the database and the product's rules.

Refuses to judge who somebody is and to wait for Postgres; everything it needs to know fits in memory.
"""
