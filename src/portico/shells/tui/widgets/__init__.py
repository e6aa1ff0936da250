"""The widgets: each receives rows and posts what a person wants."""
