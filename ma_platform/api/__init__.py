"""The REST door: key to scope, problem+json, cursor pages, idempotency, limits. Resources live in the apps.

It knows no resource by name; upper apps add their URLs and fill the facets of shared resources.
"""
