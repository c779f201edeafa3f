"""What we do over time: flows, their versions, and the runs of leads through them.

Owns when a lead is where in a flow and why; refuses to build a mail, judge a score or move a stage itself.
"""
