"""The production shape: what can be said about it without a container engine."""
