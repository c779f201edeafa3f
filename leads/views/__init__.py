"""Pages about people and companies."""
