"""The shared client core: what two shells would otherwise write twice."""
