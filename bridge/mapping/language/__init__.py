"""The mapping language: its words, and YAML text → a Mapping without mistakes, or all its mistakes at once."""
