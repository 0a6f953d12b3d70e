"""The log of a run: files and console, written in a thread of their own."""
