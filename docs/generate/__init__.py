"""The program's own tables and examples → pages of docs/ that cannot grow stale: `python -m docs.generate [--check]`."""
