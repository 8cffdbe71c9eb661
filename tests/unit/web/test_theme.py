"""A company's own look: read whole, or refused with the word that does not fit."""

from __future__ import annotations

import pytest

from kept.errors import SettingError
from kept.web.theme import read_theme

LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'


def theme(folder, text, logo=LOGO, template=""):
    """A folder with a theme in it."""
    (folder / "theme.toml").write_text(text, "utf-8")
    (folder / "logo.svg").write_bytes(logo)
    if template:
        (folder / "templates").mkdir()
        (folder / "templates" / template).write_text("{% extends 'kept/front.html' %}", "utf-8")
    return folder


def test_colours_and_a_logo_are_read(tmp_path):
    """What a theme may say is taken."""
    found = read_theme(
        theme(tmp_path, 'logo = "logo.svg"\n[colours]\naccent = "#7a1f1f"\n[dark]\naccent = "#ffb0b0"\n')
    )
    assert found.style == ":root{--ai:#7a1f1f}@media screen and (prefers-color-scheme:dark){:root{--ai:#ffb0b0}}"
    assert (found.logo, found.logo_type, found.templates) == (LOGO, "image/svg+xml", None)


def test_an_empty_theme_changes_nothing(tmp_path):
    """The built-in look is a theme's default."""
    assert read_theme(theme(tmp_path, "")).style == ""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("colours = 3", "theme-unfit"),
        ("[colours]\nbackground = '#ffffff'", "theme-unfit"),
        ("[colours]\naccent = 'red'", "theme-unfit"),
        ("[colours]\naccent = 'url(https://elsewhere.example/x)'", "theme-unfit"),
        ("[colours]\nink = '#dddddd'", "theme-contrast"),
        ("[dark]\naccent = '#202020'", "theme-contrast"),
        ("fonts = 'https://fonts.example'", "theme-unfit"),
        ("logo = '../secret.svg'", "theme-logo"),
        ("logo = 'logo.exe'", "theme-logo"),
        ("logo = 'missing.png'", "theme-logo"),
        ("[colours", "theme-unfit"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, text, reason):
    """A closed vocabulary, colours a person can read, files of the folder alone."""
    with pytest.raises(SettingError) as refused:
        read_theme(theme(tmp_path, text))
    assert refused.value.reason == reason


def test_a_page_with_duties_is_no_template_of_a_theme(tmp_path):
    """Only the front page and the layout's blocks are a company's own."""
    assert read_theme(theme(tmp_path, "", template="front.html")).templates == tmp_path / "templates"
    (tmp_path / "templates" / "registration.html").write_text("nothing here", "utf-8")
    with pytest.raises(SettingError, match="registration"):
        read_theme(tmp_path)


def test_a_large_logo_is_refused(tmp_path):
    """A logo is a small picture."""
    with pytest.raises(SettingError, match="at most"):
        read_theme(theme(tmp_path, "logo = 'logo.svg'", logo=b"x" * 200_001))
