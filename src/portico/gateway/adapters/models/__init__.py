"""Model adapters, a file per wire."""
