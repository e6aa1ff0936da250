"""The one process that owns the work."""
