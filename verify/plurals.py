"""Numbers with their nouns, as a person writes them."""


def counted(number: int, noun: str) -> str:
    """Given a number and a noun, return both, the noun in its plural where it needs one."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
