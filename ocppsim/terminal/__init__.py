"""What a person sees: a live table or plain lines."""
