"""What duplicity makes of a bad rule set."""

# duplicity's log.ErrorCode, as far as the selection options reach them.
USAGE_OPTPARSE = 2
CANNOT_OPEN_FILELIST = 7
OUTSIDE_SOURCE = 14
BAD_GLOB = 15
REDUNDANT_INCLUSION = 16
USER_ERROR = 23
CRASH = 30
REDUNDANT_FILTER = 70
TRAILING_FILTER = 71
ABSOLUTE_FILES_FROM = 72
EMPTY_FILES_FROM = 73


class RuleError(Exception):
    """duplicity refuses the job's rules, or crashes on them.

    `exit_code` is duplicity's; `sentence` says in our words what is wrong and where. `str()` of the
    error is the sentence.
    """

    def __init__(self, exit_code: int, sentence: str) -> None:
        self.exit_code = exit_code
        self.sentence = sentence

    def __str__(self) -> str:
        return self.sentence
