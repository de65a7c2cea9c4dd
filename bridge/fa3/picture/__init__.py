"""FA(3) XML → what people see: a PDF with its QR codes."""
