"""One dropped file → its items and documents; no effects."""
