"""Workbooks (.xlsx, .xls, .xlsb, .ods) → tables of texts and values, the same by whichever engine reads them."""
