"""Hypothesis strategies of jobs: what people write into env files, stack files, options and URLs, in every spelling.

What is drawn says nothing of what it means: tests ask docker, compose and duplicity that.
"""

from verify.job.drawn.destinations import destinations
from verify.job.drawn.env_files import env_texts
from verify.job.drawn.jobs import SoundJob, job_of_seed, sound_jobs
from verify.job.drawn.options import option_words
from verify.job.drawn.projects import projects
from verify.job.drawn.references import CALLER, references
from verify.job.drawn.scalars import scalars
from verify.job.drawn.sources import sources
from verify.job.drawn.stacks import StackText, stack_texts

__all__ = [
    "CALLER",
    "SoundJob",
    "StackText",
    "destinations",
    "env_texts",
    "job_of_seed",
    "option_words",
    "projects",
    "references",
    "scalars",
    "sound_jobs",
    "sources",
    "stack_texts",
]
