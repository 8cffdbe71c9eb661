"""What a command is given by its caller: a file by its name, bytes as hexadecimal digits."""

from __future__ import annotations

from pathlib import Path

from kept.errors import SettingError


def read_given(name: str) -> bytes:
    """Return the bytes of a file a command was given.

    Raises:
        SettingError: It cannot be read.
    """
    path = Path(name)
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingError(
            f"expected to read {path.name}: {error.strerror}", reason="file-unreadable", hint="check the path"
        ) from error


def hex_given(text: str) -> bytes:
    """Return the bytes written as *text*; none where it is something else, which whoever takes them refuses."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
