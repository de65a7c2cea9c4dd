"""A cell → the value that its field takes, strictly; or why not."""
