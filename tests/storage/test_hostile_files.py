"""Files made to hurt: each is refused at once, and for next to no memory."""

import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from storage.spreadsheets import UnreadableTable, read_table

SECONDS = 0.05
BYTES = 128_000_000
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="{type}" Target="{target}"/></Relationships>'
)
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
WORKBOOK = (
    f'<?xml version="1.0"?><workbook {MAIN} xmlns:r="{REL}"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets>'
    "</workbook>"
)
CELL = '<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'
LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))


def sheet(rows: str, prolog: str = "") -> bytes:
    return f'<?xml version="1.0"?>{prolog}<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>'.encode()


def workbook(content: bytes) -> bytes:
    """Return a workbook with one sheet of this content."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", RELS.format(type=f"{REL}/officeDocument", target="xl/workbook.xml"))
        archive.writestr("xl/workbook.xml", WORKBOOK)
        archive.writestr(
            "xl/_rels/workbook.xml.rels", RELS.format(type=f"{REL}/worksheet", target="worksheets/sheet1.xml")
        )
        archive.writestr("xl/worksheets/sheet1.xml", content)
    return packed.getvalue()


def many_rows() -> bytes:
    row = "<row>" + CELL.format(place="A1", text="x") * 4 + "</row>"
    return workbook(sheet(row * 300_000))


def one_huge_cell() -> bytes:
    return workbook(sheet("<row>" + CELL.format(place="A1", text="A" * 60_000_000) + "</row>"))


def lying_header() -> bytes:
    """Declare a few bytes where tens of millions come out."""
    packed = bytearray(one_huge_cell())
    entry = packed.rindex(b"PK\x01\x02")
    local = struct.unpack_from("<I", packed, entry + 42)[0]
    struct.pack_into("<I", packed, entry + 24, 100)
    struct.pack_into("<I", packed, local + 22, 100)
    return bytes(packed)


def laughing() -> bytes:
    return workbook(
        sheet("<row>" + CELL.format(place="A1", text="&l9;") + "</row>", f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>')
    )


def reading_elsewhere() -> bytes:
    prolog = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    return workbook(sheet("<row>" + CELL.format(place="A1", text="&e;") + "</row>", prolog))


def far_away() -> bytes:
    return workbook(sheet('<row r="1048576">' + CELL.format(place="XFD1048576", text="x") + "</row>"))


def recursing() -> bytes:
    return workbook(sheet("<row>" * 400_000))


def many_parts() -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(5000):
            archive.writestr(f"{number}", "")
    return packed.getvalue()


def packed_again() -> bytes:
    inner = workbook(sheet(""))
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("xl/workbook.xml", inner * 1000)
    return packed.getvalue()


HOSTILE = (
    many_rows, one_huge_cell, lying_header, laughing, reading_elsewhere, far_away, recursing, many_parts, packed_again,
)  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("hostile")
    found = {}
    for make in HOSTILE:
        path = folder / f"{make.__name__}.xlsx"
        path.write_bytes(make())
        found[make.__name__] = path
    # What is loaded on first use is no part of what a file costs.
    good = folder / "good.xlsx"
    good.write_bytes(workbook(sheet("<row>" + CELL.format(place="A1", text="name") + "</row>")))
    read_table(good)
    return found


def refused(path: Path) -> None:
    with pytest.raises(UnreadableTable):
        read_table(path)


@pytest.mark.parametrize("make", HOSTILE, ids=lambda make: make.__name__)
def test_a_file_that_bombs_lies_or_recurses_is_refused_at_once(
    files: dict[str, Path], make: Callable[[], bytes]
) -> None:
    """It takes at most fifty milliseconds of work and 128 MB, however large the file says or does not say it is."""
    path = files[make.__name__]

    taken = min(_seconds(path) for _ in range(3))
    tracemalloc.start()
    refused(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert taken <= SECONDS
    assert peak <= BYTES


def _seconds(path: Path) -> float:
    begun = time.process_time()
    refused(path)
    return time.process_time() - begun
