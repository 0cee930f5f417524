"""duplicity-verify: would this backup come back?"""

__version__ = "0.1.0"
