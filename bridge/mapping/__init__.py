"""YAML an accountant edits + rows → invoices (shared contract: mapping.md in docs/mapowanie.md)."""
