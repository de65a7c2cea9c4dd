"""Invoice ↔ FA(3) XML: rendering, reading, the official schema, the business content."""
