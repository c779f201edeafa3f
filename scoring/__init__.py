"""What we think of a lead: points for who they are and what they did, and the moment they become hot.

Owns score models, scores and crossings. Refuses to tell anybody: stages, alerts and flows hang on the facts it records.
"""
