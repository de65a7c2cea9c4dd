"""Nouns of the bridge: frozen values that travel between rooms; no I/O, no clock."""
