"""The store: one interface over SQLite and PostgreSQL."""
