"""The user's job in a lab: its filter lists and rules, the image's shells, the scheduled job."""
