"""The dashboard's shell, its components, and the slots upper apps fill.

Owns how things look and where an app may show something. Refuses to know any app above it:
pages, menu entries and panels arrive through `navigation` and `slots`.
"""
