"""The web site of a made-up customer, with the tag and a form on it, so that a newcomer can play the visitor.

It knows the platform only as a stranger does, by an address, a write key and a form id; it imports nothing of it.
"""
