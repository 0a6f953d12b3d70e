"""One behaviour, several dialects: requests to commands, verdicts to responses, happenings to messages."""
