"""An independent reader of duplicity's format: what each point of a chain holds, without duplicity or a restore.

Nothing is ever written at a path from the archive.
"""
