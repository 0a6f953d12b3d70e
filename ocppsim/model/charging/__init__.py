"""Smart charging: profiles that a central system installs, the limits that follow, and when they change."""
