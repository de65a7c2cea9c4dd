"""The vocabulary → the universal workbook, its rows, and the mapping that reads it."""
