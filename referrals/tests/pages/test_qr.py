"""The invite link's QR code: on the profile, on its own page, and as a file."""

import re
import struct
import zlib

import pytest
import segno

from referrals.pages.sharing import picture
from users.tests.browsing import Browser

pytestmark = pytest.mark.django_db


def test_the_picture_holds_the_link():
    link = "https://example.org/i/4FG7TN"
    dark = sum(byte for row in segno.make_qr(link, error="m").matrix for byte in row)
    strokes = [int(run) for run in re.findall(r"h(\d+)", str(picture(link)))]
    assert sum(strokes) == dark


def link_of(user, settings):
    return f"{settings.PUBLIC_URL}/i/{user.invite_code.value}"


def test_the_profile_leads_to_the_large_one_and_that_to_its_files(my_browser):
    assert 'href="/profile/qr/"' in my_browser.get("/profile/").content.decode()
    page = my_browser.get("/profile/qr/").content.decode()
    assert 'class="segno"' in page
    for file in ("/profile/qr.png", "/profile/qr.svg"):
        assert f'href="{file}"' in page


@pytest.mark.parametrize(("kind", "type_"), [("png", "image/png"), ("svg", "image/svg+xml")])
def test_a_file_is_named_by_the_code_and_kept_by_no_cache(my_browser, user, kind, type_):
    answer = my_browser.get(f"/profile/qr.{kind}")
    assert answer["Content-Type"] == type_
    name = f"invite-{user.invite_code.value}.{kind}"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert "no-store" in answer["Cache-Control"]


def test_the_png_has_the_modules_of_the_link_in_a_quiet_zone(my_browser, user, settings):
    file = my_browser.get("/profile/qr.png").content
    width, height, depth, colour = struct.unpack(">IIBB", file[16:26])
    assert (width, depth, colour) == (height, 1, 0)
    assert 500 <= width <= 1000
    pixels = zlib.decompress(chunk(file, b"IDAT"))
    matrix = segno.make_qr(link_of(user, settings), error="m").matrix
    scale = width // (len(matrix) + 8)
    stride = 1 + (width + 7) // 8
    for y in range(len(matrix) + 8):
        row = pixels[y * scale * stride + 1 : (y * scale + 1) * stride]
        dark = [not row[x * scale // 8] >> (7 - x * scale % 8) & 1 for x in range(len(matrix) + 8)]
        inside = 4 <= y < len(matrix) + 4
        assert (
            dark
            == [False] * 4
            + [bool(inside and matrix[y - 4][x]) for x in range(len(matrix))]
            + [False] * 4
        )


def chunk(file, kind):
    start = file.index(kind)
    (length,) = struct.unpack(">I", file[start - 4 : start])
    return file[start + 4 : start + 4 + length]


def test_the_svg_is_white_below_so_that_it_can_be_scanned_anywhere(my_browser):
    file = my_browser.get("/profile/qr.svg").content.decode()
    assert 'fill="#fff"' in file
    assert 'xmlns="http://www.w3.org/2000/svg"' in file


@pytest.mark.parametrize("path", ["/profile/qr/", "/profile/qr.png", "/profile/qr.svg"])
def test_without_a_login_there_is_none(path):
    assert Browser().get(path)["Location"] == "/"


def test_other_kinds_of_files_are_not_found(my_browser):
    assert my_browser.get("/profile/qr.pdf").status_code == 404
