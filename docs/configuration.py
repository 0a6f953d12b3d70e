"""Writes the page on configuration from the classes: `make configuration`."""

from pathlib import Path

from ocppsim.config.pages import page

PAGE = Path(__file__).parent / "configuration.md"

if __name__ == "__main__":
    PAGE.write_text(page())
