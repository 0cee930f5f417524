"""The policy file's JSON schema, for editors; `schema.json` beside it is what this makes."""

import json
from dataclasses import fields
from datetime import timedelta
from typing import Any

from verify.policy.notified import NotifyTable
from verify.policy.policy import Policy


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
        | (_items() if each.metadata["kind"].tables else {})
        for each in fields(of)
        if each.metadata
    }


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
