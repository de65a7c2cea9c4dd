"""A sample → the text of a mapping to start from."""
