"""The invented people of the demo workspace behave like real ones."""
