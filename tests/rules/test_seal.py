"""What a form carries along cannot have been written by anybody else."""

from hypothesis import given
from hypothesis import strategies as st

from bot.rules.seal import seal, unseal

VALUES = st.dictionaries(st.text(), st.text() | st.integers() | st.none() | st.booleans())


@given(VALUES)
def test_what_was_sealed_comes_back(values: dict[str, object]) -> None:
    """Sealed values come back as they were, to whoever knows the secret."""
    assert unseal(seal(values, "secret"), "secret") == values


@given(VALUES, st.text())
def test_what_was_not_sealed_does_not(values: dict[str, object], text: str) -> None:
    """Another secret's seal, a changed text and any other text are refused."""
    sealed = seal(values, "secret")

    assert unseal(sealed, "other") is None
    assert unseal(f"{sealed} ", "secret") is None
    assert unseal(text, "secret") is None
