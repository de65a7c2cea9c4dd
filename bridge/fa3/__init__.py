"""Invoice → valid FA(3): counting, rules, rendering, the official schema, the business content."""
