"""Where a lead stands: stages and their history, the hand-over to sales, deals.

Owns stages, transitions, alerts and deals. Refuses to judge: points come from scoring, mail goes out through mailing.
"""
