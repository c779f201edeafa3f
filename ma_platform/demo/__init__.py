"""The demo workspace: invented people who behave like real ones, entered through the real actions.

Everything is drawn from one seed, so two machines show the same workspace. Nothing imports this room.
"""
