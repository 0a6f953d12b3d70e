"""For tests of our own and of others: virtual time, pipes instead of sockets, an in-memory central system."""
