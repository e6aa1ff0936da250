"""Tests of the desktop shell."""
