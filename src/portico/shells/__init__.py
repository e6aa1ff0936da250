"""Shells: they render and send intents, they decide nothing."""
