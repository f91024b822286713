"""What goes wrong through no fault of the code."""

from invoke import Exit


class Problem(Exit):
    """Something that the person at the terminal can mend: its text says what, and how.

    invoke shows an Exit as its text alone and ends with `code`.
    """

    def __init__(self, text: str, code: int = 2) -> None:
        super().__init__(text, code)

    def __str__(self) -> str:
        return str(self.message)
