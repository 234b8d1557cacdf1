"""vCards of any address book come in as contacts, and what is written can be read again."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.contacts import ContactRole
from storage import contacts
from storage.database import Database
from storage.spreadsheets import UnreadableTable
from storage.vcards import COLUMNS, read_cards, write_cards
from tests.storage.test_contacts import NOW, SAMPLE, counts, imported, of

FOUR = """BEGIN:VCARD
VERSION:4.0
FN:Ndapewa Shikongo
N:Shikongo;Ndapewa;;;
item1.EMAIL;TYPE=home:private@home.example
item2.EMAIL;PREF=1;TYPE=work:ndapewa@gender-na.example
TEL;VALUE=uri;TYPE="voice,work":tel:+264-61-555-0100;ext=12
ORG:Ministry of Gender Equality\\, Poverty Eradication;Gender Affairs
ADR;TYPE=work:;;Independence Avenue;Windhoek;;;Namibia
ROLE:Focal Point
TITLE:Director
LANG;PREF=2:en-GB
LANG;PREF=1:af
TZ:Africa/Windhoek
PHOTO:data:image/jpeg;base64,AAAA
END:VCARD
"""
THREE = """BEGIN:VCARD
VERSION:3.0
N:Reyes;Isidora;;Dra.;
EMAIL;TYPE=INTERNET;TYPE=pref:isidora@minrel-cl.example
NOTE:A long note that is fol
 ded: and has a colon
ADR:;;;Santiago;;;Chile
ROLE:alternate
TZ:-04:00
END:VCARD
"""
TWO = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:L=C3=B3pez;Mar=
=C3=ADa
TEL;WORK;VOICE:+34 91 555 0100
ADR;WORK:;;;Madrid;;;Spain
ROLE:police gender adviser
END:VCARD
"""
PLAIN = "BEGIN:VCARD\nFN:Ana\nROLE:alternate\nX-FOCAL-MEMBER:CL\n{}\nEND:VCARD\n"


def cards(folder: Path, text: str, ends: str = "\r\n") -> Path:
    path = folder / "contacts.vcf"
    path.write_bytes(text.replace("\n", ends).encode())
    return path


async def test_cards_of_every_version_come_in(db: Database, tmp_path: Path) -> None:
    """Cards of 4.0, 3.0 and 2.1 become contacts with the preferred address, the member of their country and their role."""
    report = await imported(db, cards(tmp_path, FOUR + THREE + TWO))

    (na,), (cl,), (es,) = [await of(db, code) for code in ("NA", "CL", "ES")]
    assert counts(report) == (3, 0, 0, 0)
    assert (na.name, na.role, na.title) == ("Ndapewa Shikongo", ContactRole.FOCAL_POINT, "Director")
    assert na.institution == "Ministry of Gender Equality, Poverty Eradication, Gender Affairs"
    assert (na.email, na.phone) == ("ndapewa@gender-na.example", "+264-61-555-0100 ext. 12")
    assert (na.languages, na.zone) == ("af, en", "Africa/Windhoek")
    assert (cl.name, cl.email, cl.zone) == ("Isidora Reyes", "isidora@minrel-cl.example", "")
    assert (es.name, es.role, es.phone) == ("María López", ContactRole.POLICE_ADVISER, "+34 91 555 0100")


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(tmp_path: Path, ends: str) -> None:
    """A card is read whatever system wrote its line ends."""
    (row,) = read_cards(cards(tmp_path, FOUR, ends)).rows

    assert row.cells["title"] == "Director"


async def test_what_is_exported_comes_in_unchanged(db: Database, tmp_path: Path) -> None:
    """Every contact of the sample, in its own letters, is the same after an export as vCards and an import."""
    await imported(db, SAMPLE)

    await contacts.export_file(db, tmp_path / "out.vcf", NOW)
    report = await imported(db, tmp_path / "out.vcf")

    assert counts(report) == (0, 0, 33, 0)
    assert all(len(line) <= 75 for line in (tmp_path / "out.vcf").read_bytes().split(b"\r\n"))


async def test_bad_cards_are_told_by_number_and_the_rest_comes_in(db: Database, tmp_path: Path) -> None:
    """A card without a member, with a line that is none or with an endless value stands in nobody else's way."""
    wrong = ("X-FOCAL-MEMBER:", "no line at all", "TITLE:" + "x" * 4001, "TITLE;ENCODING=QUOTED-PRINTABLE:=FF")
    text = PLAIN.format("").replace("CL", "") + "".join(PLAIN.format(line) for line in wrong[1:])

    report = await imported(db, cards(tmp_path, text + PLAIN.format("")))

    assert counts(report) == (1, 0, 0, 4)
    assert [bad.number for bad in report.bad] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (" ", "empty"),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR\n", "broken-vcard"),
        ("BEGIN:VCARD\nFN:Ana\n", "broken-vcard"),
        ("BEGIN:VCARD\nBEGIN:VCARD\nEND:VCARD\nEND:VCARD\n", "broken-vcard"),
        ("BEGIN:VCARD\n" + "X-A:1\n" * 1_001 + "END:VCARD\n", "broken-vcard"),
        ("BEGIN:VCARD\nEND:VCARD\n" * 20_001, "too-many-rows"),
        ("X" * 5_000_001, "too-large"),
    ],
)
def test_a_file_that_is_no_vcards_is_refused(tmp_path: Path, text: str, code: str) -> None:
    """Something else, half a file, and files that are built to choke their reader are refused as a whole."""
    with pytest.raises(UnreadableTable) as refused:
        read_cards(cards(tmp_path, text))

    assert refused.value.code == code


_VALUES = st.text(
    st.sampled_from(" \\,;:n") | st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"]), max_size=100
)


@given(st.fixed_dictionaries({name: _VALUES.map(lambda text: " ".join(text.split())) for name in COLUMNS}))
def test_whatever_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, cells: dict[str, str]) -> None:
    """Any text survives writing and reading, whatever it holds of what vCards give a meaning to."""
    path = tmp_path_factory.mktemp("cards") / "out.vcf"
    cells |= {"timezone": "Europe/Oslo"}

    write_cards(path, [cells])
    (row,) = read_cards(path).rows

    assert row.cells == cells
