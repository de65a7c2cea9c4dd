"""Lines and what the file says of them → counted values, bands and totals."""
