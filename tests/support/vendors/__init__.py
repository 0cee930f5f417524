"""Emulators of vendors' storage: what duplicity's backends and the vendors' own clients of it ask, and are answered.

They were written by the clients' sources and the vendors' public documentation. That a client works with them proves
the contract as its client understands it, not that the vendor's service agrees.
"""
