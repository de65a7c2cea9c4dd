"""The drop folders and nothing else: what lies there, taking it, and files that appear whole."""
