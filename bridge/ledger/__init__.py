"""What was intended and what happened: the tables from which exactly-once comes (ledger.md)."""
