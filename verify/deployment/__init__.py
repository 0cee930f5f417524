"""The drill as a service of its own: a stack file, a compose file or units of systemd that fit a job."""

from verify.deployment.needs import DrillNeeds, needs_of_drill
from verify.deployment.stack_file import compose_file, swarm_file
from verify.deployment.units import units_of

__all__ = ["DrillNeeds", "compose_file", "needs_of_drill", "swarm_file", "units_of"]
