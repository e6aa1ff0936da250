"""The agent: one loop per running turn, with ports for everything outside it."""
