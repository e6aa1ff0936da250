"""Tests of the decisions about threads."""
