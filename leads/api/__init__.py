"""The REST face of people and companies."""
