"""Saboteurs of words on their way: options that the image hands on otherwise than they are meant, and says nothing."""

from __future__ import annotations

from hooks import arriving


@arriving("options-reach-duplicity")
def quote_a_path_with_a_blank() -> str:
    """A quoted path ends at its blank."""
    return "--exclude '/mnt/my dir'"


@arriving("options-reach-duplicity")
def write_a_glob() -> str:
    """A glob is replaced by what it matches in the container."""
    return "--include /var/data/* --exclude **"


@arriving("options-reach-duplicity")
def write_a_quoted_glob() -> str:
    """A quoted glob is replaced by what it matches in the container, by the second shell."""
    return "--include '/var/data/*' --exclude '**'"


@arriving("options-reach-duplicity")
def keep_an_option_of_old() -> str:
    """An option that is gone takes the next one with it, and no full is ever made again."""
    return "--s3-use-new-style --full-if-older-than 1W"


@arriving("options-reach-duplicity")
def keep_an_option_of_old_before_a_value() -> str:
    """An option that is gone takes the next one's name, and leaves its value."""
    return "--s3-european-buckets --s3-multipart-chunk-size 10"


@arriving("options-reach-duplicity")
def give_gpg_two_options() -> str:
    """Two options for gpg come apart."""
    return '--gpg-options "--compress-algo=bzip2 --bzip2-compress-level=9"'


@arriving("options-reach-duplicity")
def quote_as_the_old_image_needs_it() -> str:
    """Doubled quotes, which the older image needs, keep the newer one from calling duplicity at all."""
    return "--exclude \"'/mnt/my dir'\""


@arriving("options-reach-duplicity")
def escape_a_dot() -> str:
    """A regular expression loses its backslash."""
    return r"--exclude-regexp '\.cache$'"


@arriving("options-reach-duplicity")
def read_rules_from_an_old_list() -> str:
    """An option that is gone takes the list of rules with it."""
    return "--exclude-globbing-filelist /lists/out --volsize 5"
