"""Following changed files while a run goes on."""
