"""The pytest plugin: what a run adds to pytest, and what a drill adds to that.

It imports little: every pytest run of an environment that has duplicity-verify loads it.
"""

pytest_plugins = ("verify.plugin.run", "verify.plugin.drill")
