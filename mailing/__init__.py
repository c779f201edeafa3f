"""Reaching people by mail: documents, rendering, policy, delivery, opens, clicks and refusals.

Owns everything between "this lead should get that mail" and the last byte on the SMTP socket; nobody else builds a
mail or knows a provider. Refuses to decide who should be written to: upper rooms hand over leads and a send key.
"""
