import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.errors import CannotRunError
from verify.job import read_dotenv, read_raw

NAMES = st.from_regex(r"[A-Z_][A-Z0-9_]{0,8}", fullmatch=True)
LINES = st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]))
SIMPLE = st.text("abcXYZ019_./:@%+,=-", min_size=1)


@given(NAMES, LINES)
def test_raw_keeps_every_character_behind_the_first_equals_sign(name: str, value: str) -> None:
    assert read_raw(f"{name}={value}\n", {}) == {name: value}


@given(st.dictionaries(NAMES, SIMPLE))
def test_simple_values_read_the_same_both_ways(variables: dict[str, str]) -> None:
    text = "".join(f"{name}={value}\n" for name, value in variables.items())
    assert read_raw(text, {}) == read_dotenv(text, {}) == variables


@given(st.text())
def test_any_text_is_read_or_refused_in_one_sentence(text: str) -> None:
    for reader in (read_raw, read_dotenv):
        try:
            reader(text, {"A": "b"}, name="x.env")
        except CannotRunError as error:
            assert str(error).startswith("x.env line ")  # noqa: PT017 - most texts are read


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ('A="b c"', {"A": '"b c"'}),
        ("A= $HOME ${X:-y} # no comment ", {"A": " $HOME ${X:-y} # no comment "}),
        ("  \tA=b\n\n # comment\n#C=d", {"A": "b"}),
        ("A=b\r\nC=d\r\n", {"A": "b", "C": "d"}),
        ("HOME\nABSENT\nEMPTY", {"HOME": "/home/me", "EMPTY": ""}),
        ("A=b\nA=c", {"A": "c"}),
        ("a.b-c[1]=d", {"a.b-c[1]": "d"}),
    ],
)
def test_raw_reads_as_docker_run_does(text: str, variables: dict[str, str]) -> None:
    assert read_raw(text, {"HOME": "/home/me", "EMPTY": ""}) == variables


@pytest.mark.parametrize("line", ["=secret", "export A=secret", "A =secret", "two words"])
def test_raw_refuses_a_bad_name_without_telling_the_line(line: str) -> None:
    with pytest.raises(CannotRunError, match=r"^job\.env line 2: ") as refused:
        read_raw(f"A=b\n{line}", {}, name="job.env")
    assert "secret" not in str(refused.value)


# Expected values: compose-go's own tests of its dotenv package, and its source where they are silent.
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A=bar", "bar"),
        ("A =bar", "bar"),
        ("A= bar ", "bar"),
        ("  export A=bar", "bar"),
        ("export\tA=bar", "bar"),
        ("A: bar", "bar"),
        ("A=1:B", "1:B"),
        ("A=foobar=", "foobar="),
        ('A="bar"', "bar"),
        ("A='bar'", "bar"),
        ('A="escaped\\"bar"', 'escaped"bar'),
        ("A=\"'d'\"", "'d'"),
        ("A='it\\'s'", "it's"),
        (r'A="a\tb"', "a\tb"),
        (r"A=a\tb", r"a\tb"),
        (r"A='\n'", r"\n"),
        (r'A="Z\aZ\bZ\fZ\nZ\rZ\tZ\vZ\\Z\0123Z"', "Z\aZ\bZ\fZ\nZ\rZ\tZ\vZ\\ZSZ"),
        (r'A="\x07\u12e4"', r"\x07\u12e4"),
        (r'A="bar\n\ b\az"', "bar\n\\ b\az"),
        (r'A="bar\\r\ b\az"', "bar\\r\\ b\az"),
        (r'A="\c\0777"', r"\c\777"),
        ("A=bar # this is foo", "bar"),
        ("A=bar #", "bar"),
        ("A=123#not-a-comment", "123#not-a-comment"),
        ("A= # comment", "# comment"),
        ('A="bar#baz" # comment', "bar#baz"),
        ("A='bar#baz'#", "bar#baz"),
        ('A="first\nsecond\n"', "first\nsecond\n"),
        ("A=bar\r\n", "bar"),
        ("A=", ""),
        ("A='$B ${B}'", "$B ${B}"),
        ('A="foo\\${BAR} ${B}"', "foo${BAR} test"),
        ("A=$B/x", "test/x"),
        ("A=${B}bar", "testbar"),
        ("A=$$B", "$B"),
        ("A=$5 $", "$5 $"),
        ("A=$NONE", ""),
        ("A=${NONE:-x y}", "x y"),
        ("A=${EMPTY:-x}", "x"),
        ("A=${EMPTY-x}", ""),
        ("A=${NONE-x}", "x"),
        ("A=${NONE:-${B}}-${B}", "test-test"),
        ("A=${B:+alt}${NONE:+no}${EMPTY+is set}", "altis set"),
        ("A=${B:?needed}${EMPTY?needed}", "test"),
    ],
)
def test_dotenv_reads_as_docker_compose_does(text: str, value: str) -> None:
    assert read_dotenv("B=test\nEMPTY=\n" + text, {})["A"] == value


def test_dotenv_asks_the_caller_first_then_the_file_then_earlier_files() -> None:
    text = "A=file\nR=$A $B $C\nB=file"
    earlier = {"A": "earlier", "B": "earlier", "C": "earlier"}
    assert read_dotenv(text, {"C": "caller"}, earlier=earlier)["R"] == "file earlier caller"


def test_dotenv_takes_a_bare_name_from_the_caller_unless_it_ends_the_file() -> None:
    assert read_dotenv("A\nNONE\nB=c\nA", {"A": "x"}) == {"A": "x", "B": "c"}
    assert read_dotenv("A", {"A": "x"}) == {}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('A=b\nC="secret', 2),
        ("A=b\n\nC='secret\\'", 3),
        ("lol$wut=secret", 1),
        ("A B=secret", 1),
        ("A=b\nC=${secret", 2),
        ("C=${secret!x}", 1),
        ("C=${:-secret}", 1),
        ("A=b\n# c\nC=${NONE:?secret}", 3),
    ],
)
def test_dotenv_refuses_what_docker_compose_refuses_and_names_the_line(text: str, line: int) -> None:
    with pytest.raises(CannotRunError, match=rf"^job\.env line {line}: ") as refused:
        read_dotenv(text, {}, name="job.env")
    assert "secret" not in str(refused.value)
