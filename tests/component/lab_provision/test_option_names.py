"""Which of duplicity's options stand alone, and which take a value, is what its own parser says."""

import json

from verify.job.option_names import FLAGS, VALUED, full_name
from verify.lab.client.provision import Provisioned, provision_duplicity
from verify.lab.hosts.host import Host

# Each runs in duplicity's own interpreter: the parser's options by name, True for those that take a value.
BY_ARGPARSE = """
import json
from duplicity import argparse311 as argparse, cli_data, cli_util
parser = argparse.ArgumentParser(add_help=False)
made = [
    parser.add_argument(cli_util.var2opt(name), *cli_data.OptionAliases.__dict__.get(name, []), **words)
    for name, words in cli_data.OptionKwargs.items()
]
print(json.dumps({name: each.nargs != 0 for each in made for name in each.option_strings if name.startswith("--")}))
"""
BY_OPTPARSE = """
import json, optparse
made, add = [], optparse.OptionParser.add_option
optparse.OptionParser.add_option = lambda *words, **named: made.append(add(*words, **named)) or made[-1]
from duplicity import commandline, log
log.setup()
try:
    commandline.parse_cmdline_options(["--version"])
except SystemExit:
    pass
print(json.dumps({name: each.takes_value() for each in made for name in each._long_opts}))
"""
UNDOCUMENTED = "--pydevd"


def said(host: Host, release: Provisioned, program: str) -> dict[str, bool]:
    done = host.run([release.python, "-W", "ignore", "-c", program])
    options: dict[str, bool] = json.loads(done.stdout.decode().splitlines()[-1])
    return {name: takes for name, takes in options.items() if name != UNDOCUMENTED}


def test_the_newest_releases_options_are_known_and_whether_they_take_a_value(newest: Provisioned, host: Host) -> None:
    options = said(host, newest, BY_ARGPARSE)
    assert {name for name, takes in options.items() if takes} <= VALUED
    assert {name for name, takes in options.items() if not takes} <= FLAGS


def test_an_old_releases_options_are_known_and_whether_they_take_a_value(index: None, host: Host) -> None:
    options = said(host, provision_duplicity("1.2.3"), BY_OPTPARSE)
    assert {name for name, takes in options.items() if takes} <= VALUED
    assert {name for name, takes in options.items() if not takes} <= FLAGS


def test_no_option_takes_a_value_in_one_release_and_stands_alone_in_another() -> None:
    assert not FLAGS & VALUED


def test_the_beginning_of_a_name_is_the_option_that_duplicity_takes_it_for(newest: Provisioned, host: Host) -> None:
    names = list(said(host, newest, BY_ARGPARSE))
    for name in names:
        for end in range(3, len(name)):
            begun = [each for each in names if each.startswith(name[:end])]
            whole = full_name(name[:end])
            assert whole == name[:end] or begun == [whole] or name[:end] in names, name[:end]
