"""One websocket: dialling, the light stream below it, the seam above it."""
