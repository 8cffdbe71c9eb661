"""A company's own look: a folder with `theme.toml`, a logo, and templates over the documented blocks.

A theme changes colours, logo, front page and foot; it takes nothing away that a page must say, and the strict
Content-Security-Policy holds for it as for everything else: no script, no style and no image from elsewhere.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kept import limits
from kept.errors import SettingError

COLOURS: Mapping[str, str] = {
    "paper": "paper",
    "sheet": "sheet",
    "ink": "ink",
    "soft": "soft",
    "line": "line",
    "hair": "hair",
    "accent": "ai",
    "on-accent": "on",
}
"""Colours a theme may set, each with the variable of the style sheet it becomes."""

READABLE: tuple[tuple[str, str], ...] = (
    ("ink", "paper"),
    ("ink", "sheet"),
    ("soft", "sheet"),
    ("accent", "sheet"),
    ("on-accent", "accent"),
)
"""Pairs of text and ground; each needs the contrast of WCAG 2.2, success criterion 1.4.3."""

CONTRAST = 4.5
_LOOK = (Path(__file__).parent / "static" / "look.css").read_text(encoding="utf-8")
LOGOS: Mapping[str, str] = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp"}
TEMPLATES = ("front.html", "layout.html")
"""Templates a theme may bring; each extends the built-in one of the same name, as `kept/front.html`."""

_HEX = re.compile(r"#[0-9a-fA-F]{6}", re.ASCII)
_LINEAR_BELOW = 0.04045
_WEIGHTS = (0.2126, 0.7152, 0.0722)


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme, read and found acceptable.

    Args:
        style: Style sheet that sets the colours; empty when the theme sets none.
        logo: The image's bytes; empty when there is none.
        logo_type: Its media type.
        templates: Folder with the theme's templates; None when it brings none.
    """

    style: str = ""
    logo: bytes = b""
    logo_type: str = ""
    templates: Path | None = None


def read_theme(folder: Path) -> Theme:
    """Read a theme.

    Args:
        folder: Holds `theme.toml`; also the logo it names, and `templates/` with files of `TEMPLATES`.

    Raises:
        SettingError: Something in it is not acceptable; the message names the file and the word.
    """
    file = folder / "theme.toml"
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _unfit("expected theme.toml in the folder of the theme, found none", "theme-missing") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _unfit(f"expected TOML in theme.toml, found something else: {error}", "theme-unfit") from None
    if unknown := sorted(set(said) - {"colours", "dark", "logo"}):
        raise _unfit(f"expected colours, dark or logo in theme.toml, found {unknown[0][:40]!r}", "theme-unfit")
    light, dark = _colours(said.get("colours", {}), "colours"), _colours(said.get("dark", {}), "dark")
    built_in = [_built_in(one) for one in re.findall(r":root\{(--paper[^}]*)\}", _LOOK)]
    _require_contrast({**built_in[0], **light}, "colours")
    _require_contrast({**built_in[1], **dark}, "dark")
    logo, logo_type = _logo(folder, said.get("logo", ""))
    return Theme(_style(light, dark), logo, logo_type, _templates(folder))


def _built_in(variables: str) -> dict[str, str]:
    """Return the colours of the built-in look, by the names a theme knows them under."""
    names = {variable: name for name, variable in COLOURS.items()}
    found = dict(re.findall(r"--(\w+):(#\w+)", variables))
    return {
        names[variable]: value if len(value) == len("#rrggbb") else "#" + "".join(2 * digit for digit in value[1:])
        for variable, value in found.items()
        if variable in names
    }


def _colours(said: object, table: str) -> dict[str, str]:
    if not isinstance(said, dict):
        raise _unfit(f"expected a table of colours under {table} in theme.toml, found another value", "theme-unfit")
    for name, value in said.items():
        if name not in COLOURS:
            message = f"expected one of {', '.join(COLOURS)} under {table} in theme.toml, found {str(name)[:40]!r}"
            raise _unfit(message, "theme-unfit")
        if not isinstance(value, str) or not _HEX.fullmatch(value):
            raise _unfit(
                f"expected a colour such as #165e83 for {name} in theme.toml, found another value", "theme-unfit"
            )
    return dict(said)


def _require_contrast(colours: Mapping[str, str], table: str) -> None:
    for text, ground in READABLE:
        brighter, darker = sorted((_luminance(colours[text]), _luminance(colours[ground])), reverse=True)
        found = (brighter + 0.05) / (darker + 0.05)
        if found < CONTRAST:
            message = f"expected a contrast of {CONTRAST} between {text} and {ground} under {table}, found {found:.1f}"
            raise _unfit(message, "theme-contrast", hint="choose a darker or a lighter one; people have to read it")


def _luminance(colour: str) -> float:
    """Return the relative luminance of a colour. Source: WCAG 2.2, definition of relative luminance."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (one / 12.92 if one <= _LINEAR_BELOW else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    return sum(weight * one for weight, one in zip(_WEIGHTS, linear, strict=True))


def _style(light: Mapping[str, str], dark: Mapping[str, str]) -> str:
    def block(colours: Mapping[str, str]) -> str:
        return ":root{" + ";".join(f"--{COLOURS[name]}:{value}" for name, value in colours.items()) + "}"

    screen = f"@media screen and (prefers-color-scheme:dark){{{block(dark)}}}" if dark else ""
    return (block(light) if light else "") + screen


def _logo(folder: Path, said: object) -> tuple[bytes, str]:
    if said == "":
        return b"", ""
    if not isinstance(said, str) or Path(said).name != said or Path(said).suffix not in LOGOS:
        kinds = ", ".join(LOGOS)
        raise _unfit(
            f"expected the name of a file ({kinds}) beside theme.toml for logo, found another value", "theme-logo"
        )
    file = folder / said
    if not file.is_file() or file.is_symlink():
        raise _unfit(f"expected the logo {said[:40]!r} beside theme.toml, found none", "theme-logo")
    content = file.read_bytes()
    if len(content) > limits.LOGO_BYTES:
        raise _unfit(f"expected a logo of at most {limits.LOGO_BYTES} bytes, found {len(content)}", "theme-logo")
    return content, LOGOS[file.suffix]


def _templates(folder: Path) -> Path | None:
    found = folder / "templates"
    if not found.is_dir():
        return None
    for one in sorted(found.iterdir()):
        if one.name not in TEMPLATES:
            message = f"expected only {' and '.join(TEMPLATES)} in the theme's templates, found {one.name[:40]!r}"
            raise _unfit(message, "theme-template", hint="every other page is the engine's own")
    return found


def _unfit(message: str, reason: str, *, hint: str = "docs/your-own.md shows a theme") -> SettingError:
    return SettingError(message, reason=reason, hint=hint)
