"""What it all added up to: the home page, the health page, and later every report.

It sits on top: it may read every room, and nobody imports it.
"""
