"""The models that can be installed, where they are."""

import pytest

from bot.embedding import installed, load_embedders

pytest.importorskip("numpy")


@pytest.fixture(scope="module")
def models() -> dict[str, object]:
    """Return the installed models by name; skip where there is none."""
    found = {each.name: each for each in load_embedders()}
    if not found:
        pytest.skip("no model is installed (extra: embeddings)")
    return found


HOSTILE = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "🎉" * 500,
    "\u202e" * 50,
    "中" * 900,
    "a" * 100_000,
    "%s%n",
]


def test_any_text_gets_a_vector_of_length_one(models: dict[str, object]) -> None:
    """Zero characters, halves of characters and endless texts are read without harm."""
    import numpy as np

    for model in models.values():
        rows = model.passages([*HOSTILE, "women"])  # type: ignore[attr-defined]  # the fixture's values are embedders
        lengths = np.linalg.norm(rows, axis=1)

        assert np.allclose(lengths, 1.0, atol=0.02)


def test_a_question_is_nearest_to_what_answers_it_in_any_language(models: dict[str, object]) -> None:
    """The same subject in another language is nearer than another subject in the same one."""
    for model in models.values():
        rows = model.passages(["Rules for weapons", "A shorter tour for mothers"])  # type: ignore[attr-defined]  # as above
        for question in ("Une mission plus courte pour les mères", "母亲的较短任期", "Короткий срок для матерей"):
            near = rows @ model.question(question)  # type: ignore[attr-defined]  # as above

            assert near[1] > near[0]


def test_what_is_installed_is_named(models: dict[str, object]) -> None:
    """The doctor names each package with its version."""
    assert len(installed()) == len(models)
