"""Nouns of the protocol, a file each."""
