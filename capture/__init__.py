"""How they arrive: forms on any site, what people submitted, and the documents they asked for.

Refuses to decide what a submission is worth (scoring) or what happens next (nurturing).
"""
