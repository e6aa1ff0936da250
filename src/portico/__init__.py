"""Portico: a self-hosted gateway for AI assistants."""
