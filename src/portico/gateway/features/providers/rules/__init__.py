"""Decisions about providers: which there are, how each is reached, which one a turn gets, what its models can do."""
