"""A Mapping and rows → invoices, with every problem at its cell."""
