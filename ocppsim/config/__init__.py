"""Configuration of a simulator, and templates of stations: what files say, and what stations come of it."""
