"""duplicity's own parsers of options and URLs, asked inside its own interpreter: many questions, one process."""

# Runs in duplicity's interpreter. What it parses is kept in modules, which are as before for the next question.
PROGRAM = r"""
import copy, json, os, sys
answers = os.fdopen(os.dup(1), "w")
sys.stdout = sys.stderr = open(os.devnull, "w")
os.dup2(sys.stdout.fileno(), 1); os.dup2(sys.stdout.fileno(), 2)
from duplicity import log
log.setup()
from duplicity import backend
backend.import_backends()
try:
    from duplicity import cli_main, config
    parse = cli_main.parse_cmdline_options
except ImportError:
    from duplicity import commandline
    try:
        from duplicity import config
    except ImportError:
        from duplicity import globals as config
    parse = commandline.parse_cmdline_options
from duplicity import dup_time, gpg
PLAIN = (str, int, float, bool, bytes, list, tuple, type(None))

PROFILE = gpg.GPGProfile()  # which asks gpg for its version

def copied(state):
    return {name: copy.copy(value) if isinstance(value, (list, dict, set)) else value for name, value in state.items()}

def shown(value):
    if isinstance(value, bytes):
        return os.fsdecode(value)
    if isinstance(value, (list, tuple)):
        return [shown(each) for each in value]
    return value if isinstance(value, PLAIN) else None

STATEFUL = [module for name, module in sys.modules.items()
            if name in ("duplicity.config", "duplicity.globals", "duplicity.commandline", "duplicity.cli_util")]
BEFORE = [(module, copied({name: value for name, value in vars(module).items() if isinstance(value, PLAIN)}))
          for module in STATEFUL]

def options(words):
    for module, state in BEFORE:
        vars(module).update(copied(state))
    config.gpg_profile = copy.deepcopy(PROFILE)
    dup_time.setcurtime(1704067200)
    parse(words)
    found = {name: shown(value) for name, value in vars(config).items()
             if not name.startswith("_") and isinstance(value, PLAIN)}
    profile = {name: shown(value) for name, value in vars(config.gpg_profile).items() if isinstance(value, PLAIN)}
    try:
        from duplicity import commandline
        selection = commandline.select_opts
    except ImportError:
        selection = config.select_opts
    return {"config": found, "gpg": profile, "selection": [shown(each) for each in selection]}

def url(text):
    parsed = backend.ParsedUrl(text)
    found = {name: shown(getattr(parsed, name)) for name in ("scheme", "netloc", "path", "username", "password",
             "hostname", "port", "query")}
    return found

def answer(asked):
    try:
        return url(asked["url"]) if "url" in asked else options(asked["words"])
    except SystemExit:
        return {"refused": "it ended"}
    except BaseException as error:
        return {"refused": type(error).__name__ + ": " + str(error)}

for line in sys.stdin:
    answers.write(json.dumps(answer(json.loads(line))) + "\n")
    answers.flush()
"""
