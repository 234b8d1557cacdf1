"""Words of a text as the search compares them: in six languages, without accents, endings and function words."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

import snowballstemmer
import yaml

GLOSSARY = Path(__file__).parent / "glossary.yaml"
LONGEST_TERM = 40
_STEMMERS = {"en": "english", "fr": "french", "es": "spanish", "ru": "russian", "ar": "arabic"}
_TOKEN = re.compile(r"[一-鿿㐀-䶿]+|[^\W_]+")
_HAN = re.compile(r"[一-鿿㐀-䶿]")
_MENTION = re.compile(r"[@#]\S+")
NUMBER_WORDS = {
    word: number
    for number, words in enumerate(
        (
            "one un une uno una",
            "two deux dos",
            "three trois tres",
            "four quatre cuatro",
            "five cinq cinco",
            "six seis",
            "seven sept siete",
            "eight huit ocho",
            "nine neuf nueve",
            "ten dix diez",
            "eleven onze once",
            "twelve douze doce",
        ),
        1,
    )
    for word in words.split()
}
"""Numbers as people write them in English, French and Spanish, without accents."""


def language_of(text: str) -> str:
    """Return the likeliest of `en`, `fr`, `es`, `ru`, `ar`, `zh`: by script, and in Latin script by function words."""
    counts = {
        "zh": len(_HAN.findall(text)) * 2,
        "ar": len(re.findall(r"[\u0600-\u06ff]", text)),
        "ru": len(re.findall(r"[\u0400-\u04ff]", text)),
        "": len(re.findall(r"[A-Za-zÀ-ÿ]", text)),
    }
    script = max(counts, key=lambda each: counts[each])
    return script or _latin_language(text)


def _latin_language(text: str) -> str:
    tokens = [_bare(token) for token in _TOKEN.findall(text.casefold())]
    hits = {language: sum(t in _function_words()[language] for t in tokens) for language in ("en", "fr", "es")}
    marks = {"fr": len(re.findall(r"[àâçèêëîïôùûœ]", text.casefold())), "es": len(re.findall(r"[ñ¿¡áíóú]", text))}
    return max(hits, key=lambda each: (hits[each] + marks.get(each, 0), each == "en"))


def terms(text: str, language: str = "") -> tuple[str, ...]:
    """Return the terms of `text` in order, repeated where the text repeats them.

    A term is a stem without accents, in English where the glossary knows the word, so that a French question finds an
    English passage; Chinese words the glossary does not know become pairs of characters. Function words are left out.
    """
    spoken = language or language_of(text)
    found: list[str] = []
    for token in _TOKEN.findall(unicodedata.normalize("NFKC", _MENTION.sub(" ", text)).casefold()):
        found += _chinese(token) if _HAN.match(token) else _alphabetic(token, spoken)
    return tuple(found)


def stem(word: str, language: str) -> str:
    """Return the stem of one lower-case word, without accents."""
    name = _STEMMERS.get(language, "english")
    return _bare(str(_stemmer(name).stemWord(word)))[:LONGEST_TERM]


@lru_cache(maxsize=100_000)
def _alphabetic(token: str, language: str) -> tuple[str, ...]:
    if token.isdigit():
        return (token[:LONGEST_TERM],)
    if len(token) < 2 or any(_bare(token) in words for words in _words_of(language)):
        return ()
    found = stem(token, language)
    return (_glossary().get((language, found), found),)


def _words_of(language: str) -> tuple[frozenset[str], ...]:
    return (_function_words().get(language, frozenset()), _function_words()["en"])


def _chinese(run: str) -> list[str]:
    """Cut a run of Chinese into the words the glossary knows, the longest first; the rest into pairs."""
    found: list[str] = []
    rest = ""
    at = 0
    while at < len(run):
        word = next((w for w in _chinese_words() if run.startswith(w, at)), "")
        if word:
            found += [*_pairs(rest), *filter(None, [_glossary()["zh", word]])]
            rest = ""
        else:
            rest += run[at]
        at += len(word) or 1
    return found + _pairs(rest)


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run] * bool(run)


def _bare(word: str) -> str:
    if word.isascii():
        return word
    return "".join(c for c in unicodedata.normalize("NFD", word) if unicodedata.category(c) != "Mn")


@cache
def _stemmer(name: str) -> "snowballstemmer.stemmer":
    return snowballstemmer.stemmer(name)


@cache
def _data() -> Mapping[str, Mapping[str, str]]:
    data: Mapping[str, Mapping[str, str]] = yaml.safe_load(GLOSSARY.read_text(encoding="utf-8"))
    return data


@cache
def _function_words() -> Mapping[str, frozenset[str]]:
    words = _data()["function words"].items()
    return {
        language: frozenset(map(_bare, text.split())) if language != "zh" else frozenset(text.split())
        for language, text in words
    }


@cache
def _glossary() -> Mapping[tuple[str, str], str]:
    """Return (language, stem) → English stem; Chinese words stand as they are, function words of it for nothing."""
    found: dict[tuple[str, str], str] = {("zh", word): "" for word in _function_words()["zh"]}
    for language, words in _data().items():
        if language != "function words":
            found |= {
                (language, word if language == "zh" else stem(word, language)): stem(english.split()[0], "en")
                for english, others in words.items()
                for word in others.split()
            }
    return found


@cache
def _chinese_words() -> tuple[str, ...]:
    return tuple(sorted((word for language, word in _glossary() if language == "zh"), key=len, reverse=True))
