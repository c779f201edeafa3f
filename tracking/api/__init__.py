"""The log's own resources in the public API: event names of the workspace's own, and lines set aside. No person is
read or written here: what is known of people belongs to the room above.
"""
