"""The rules of FA(3): one table, and the question each of them asks of an invoice."""
