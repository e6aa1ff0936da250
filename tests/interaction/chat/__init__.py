"""The chat face of a whole gateway, over real HTTP."""
