"""The chat face."""
