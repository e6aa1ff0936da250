"""Features: each owns its tables and rules; other features use its face only."""
