import pytest

from verify.job.shellwords import raw_words, split, unwrapped, without_quotes

VARIABLES = {"DIR": "/my dir", "COMMON": "--volsize 5 --no-compression", "SRC": "/src"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("--exclude=\"'/my dir'\"", ("--exclude=/my dir",)),
        ("--exclude='/my dir'", ("--exclude=/my dir",)),
        ("--exclude='\"$DIR\"'", ("--exclude=/my dir",)),
        ("--exclude $DIR/x", ("--exclude", "/my dir/x")),
        ("$COMMON --exclude $SRC", ("--volsize", "5", "--no-compression", "--exclude", "/src")),
        ("--exclude /data/#recycle # as on a NAS", ("--exclude", "/data/#recycle")),
        ("--exclude '#x' #y 'z", ("--exclude", "#x")),
        ("--prefix a-$(hostname -f)- -v 3", ("--prefix", "a-$(hostname -f)-", "-v", "3")),
        ("--prefix `date +%F` -v 3", ("--prefix", "`date +%F`", "-v", "3")),
        ("\"--exclude '/my dir' -v 3\"", ("--exclude", "/my dir", "-v", "3")),
        ("--exclude-regexp '\\.cache$'", ("--exclude-regexp", "\\.cache$")),
        ('--exclude "\\"/Bob\'s\\""', ("--exclude", "/Bob's")),
        ('--exclude "/Bob\'s"', ("--exclude", "/Bob's")),
        ("--name ''", ("--name", "")),
        ("", ()),
    ],
)
def test_what_is_meant(text: str, words: tuple[str, ...]) -> None:
    assert split(text, VARIABLES).words == words
    assert not split(text, VARIABLES).trouble


@pytest.mark.parametrize("text", ["--exclude '/a", '--exclude "/a', "--exclude $(date", "--exclude a\\"])
def test_what_a_shell_refuses_is_told(text: str) -> None:
    # A lone `$` and a parenthesis are characters like any other to us: the image's shell decides.
    assert bool(split(text, {}).trouble) == ("(" not in text)


def test_words_keep_how_they_are_written() -> None:
    assert list(raw_words(" --a='b c'  \"d\"e\\ f #g")) == ["--a='b c'", '"d"e\\ f']


@pytest.mark.parametrize("text", ["--exclude='/my dir'", "--exclude /a", "'/my dir'", "", '"--a \'b"'])
def test_quotes_that_are_not_around_all_options_stay(text: str) -> None:
    assert unwrapped(text) == text


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ('"/share"   # all of it', "/share"),
        ("'s3:///a b'", "s3:///a b"),
        ('"/share"', "/share"),
        ("/share # 2", "/share # 2"),
        ('"/share"#1', '"/share"#1'),
        ("", ""),
    ],
)
def test_quotes_around_a_value_may_have_a_comment_behind_them(value: str, plain: str) -> None:
    assert without_quotes(value) == plain


def test_quotes_are_removed_twice_only_from_what_has_some() -> None:
    assert split("--file-prefix-archive archive-$(hostname -f)- -v3", {}).notes == (
        "the image's shell runs a command in it; it is taken as it is written",
    )
