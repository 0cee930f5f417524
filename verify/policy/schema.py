"""The policy file's JSON schema, for editors; `schema.json` beside it is what this makes."""

import json
from dataclasses import fields
from datetime import timedelta
from typing import Any

from verify.policy import kinds
from verify.policy.kinds import ValueKind
from verify.policy.notified import NotifyTable
from verify.policy.policy import Policy, kinds_of_job


def schema() -> dict[str, Any]:
    """Return the JSON schema of the policy file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "duplicity-verify.toml",
        "description": "What the owner of a duplicity backup demands of it. ${NAME} is replaced from the environment.",
        "type": "object",
        "additionalProperties": False,
        "properties": _properties(Policy),
    }


def _properties(of: type[Policy | NotifyTable]) -> dict[str, Any]:
    return {
        each.name: {"description": _description(each.metadata["meaning"], each.default)}
        | dict(each.metadata["kind"].schema)
        | _inside(each.metadata["kind"])
        for each in fields(of)
        if each.metadata
    }


def _inside(kind: ValueKind) -> dict[str, Any]:
    if kind is kinds.JOBS:
        return _jobs()
    return _items() if kind.tables else {}


def _jobs() -> dict[str, Any]:
    """Return the schema of the tables `[jobs.NAME]`: keys of the policy itself."""
    known = {name: {"$ref": f"#/properties/{name}"} for name in kinds_of_job()}
    one = {"type": "object", "additionalProperties": False, "properties": known}
    return {"patternProperties": {f"^{kinds.JOB_NAME}$": one}, "additionalProperties": False}


def _items() -> dict[str, Any]:
    """Return the schema of the tables `[[notify]]`."""
    return {
        "items": {
            "type": "object",
            "required": ["receiver"],
            "additionalProperties": False,
            "properties": _properties(NotifyTable),
        }
    }


def schema_text() -> str:
    """Return the schema as the file beside this module has it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _description(meaning: str, default: Any) -> str:
    if default in (None, ()):
        return meaning
    said = f"{default / timedelta(hours=1):g}h" if isinstance(default, timedelta) else str(default)
    return f"{meaning} (default: {said})"
