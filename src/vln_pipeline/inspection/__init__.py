"""Pictures and pages a person can read."""
