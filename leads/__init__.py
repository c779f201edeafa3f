"""Who it is: people, companies, their tags, consents and how they were first met.

Refuses to know what people did (tracking), what we think of them (scoring) or where they stand (lifecycle).
"""
