"""A labelled set of sequences of hits: who made them is known, what the rules make of them is measured.

`sequences` says what a case is, `people`, `mails` and `robots` are the hand-written scenarios with their variations,
`judging` runs a case through the rules. Everything is seeded: the set is the same on every machine.
"""
