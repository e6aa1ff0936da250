"""The terminal UI over the boundary: widgets receive rows and emit intents, flows carry them out."""
