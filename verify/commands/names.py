"""The names of the commands, and what each is for."""

from collections.abc import Mapping

MAIN = "sandbox"  # without a command's name
COMMANDS: Mapping[str, str] = {
    "drill": "restore from your real backup and compare; nothing there is changed",
    "history": "what past drills found, and how their figures developed",
    "report": "the page of a run again, from its report.json",
    "notify": "who is told of drills; --test sends each of them a message",
    "selection": "what the job's rules include and exclude, and what each rule did",
    "regression": "what a change of the job adds to the backup, removes from it, or alters",
    "replay": "run the failures of earlier runs again",
    "differential": "compare two duplicity versions on the same histories",
    "detect": "which deliberate defects the suite catches (in a checkout)",
    "init": "write a policy file for a job, from what its files say",
    "deploy": "write a stack file, a compose file or a timer that runs the drill",
    "schema": "print the JSON schema of the policy file",
    "doctor": "what this machine can run, and what to install",
    "completion": "print the completion script of a shell",
}
