"""The stack file, as docker stack deploy and docker compose read it: what it says about the service with duplicity."""

from verify.job.stack.composed import dotenv_of
from verify.job.stack.model import Stack, StackRefusedError, Starter, UnsetVariable
from verify.job.stack.reading import StarterChoice, from_dotenv, read_stack, starter_of

__all__ = [
    "Stack",
    "StackRefusedError",
    "Starter",
    "StarterChoice",
    "UnsetVariable",
    "dotenv_of",
    "from_dotenv",
    "read_stack",
    "starter_of",
]
