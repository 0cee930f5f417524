"""How findings are counted: by what they mean, the gravest first."""

from collections import Counter
from collections.abc import Iterable

from verify.checks import Finding, Severity


def counts_of(findings: Iterable[Finding]) -> dict[str, int]:
    """Given findings, return how many there are of each severity, the gravest first; 0 where there are none."""
    counts = Counter(found.severity for found in findings)
    return {severity.value: counts[severity] for severity in Severity}


def severity_words(findings: Iterable[Finding]) -> str:
    """Given findings, return how many there are of each severity that has some: `1 would not come back`."""
    return ", ".join(f"{count:,} {Severity(each).words}" for each, count in counts_of(findings).items() if count)
