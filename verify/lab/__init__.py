"""Hosts, stores and duplicity's client: all that starts something or talks to something."""
