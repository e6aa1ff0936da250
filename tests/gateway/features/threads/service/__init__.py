"""Tests of the use cases of threads."""
