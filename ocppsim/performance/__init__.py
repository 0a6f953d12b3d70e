"""Statistics as others know them: records, lines, and where records are stored."""
