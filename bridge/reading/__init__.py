"""Dropped files → rows of texts: one reader per format, chosen by what a file holds."""
