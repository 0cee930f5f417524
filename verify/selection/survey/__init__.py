"""The survey: what a job's rules do to a listing, added up in one pass that holds no path it need not."""

from verify.selection.survey.explain import Explanation, Question
from verify.selection.survey.idle import Idle, Remark, idle_findings, named_folders, remark_on
from verify.selection.survey.job_rules import RefusedRulesError, lists_of, rules_of
from verify.selection.survey.paths import PathGroup
from verify.selection.survey.promises import Promises, promise_findings
from verify.selection.survey.source import inside_findings, job_inside_findings, link_hint, source_findings
from verify.selection.survey.survey import Survey

__all__ = [
    "Explanation",
    "Idle",
    "PathGroup",
    "Promises",
    "Question",
    "RefusedRulesError",
    "Remark",
    "Survey",
    "idle_findings",
    "inside_findings",
    "job_inside_findings",
    "link_hint",
    "lists_of",
    "named_folders",
    "promise_findings",
    "remark_on",
    "rules_of",
    "source_findings",
]
