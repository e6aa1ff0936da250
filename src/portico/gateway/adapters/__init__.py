"""Adapters: what talks to vendors, processes and the operating system."""
