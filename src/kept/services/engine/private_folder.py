"""A folder that only the service's own user can look into."""

from __future__ import annotations

from pathlib import Path


def make_private_folder(folder: Path) -> None:
    """Make a folder, and each missing one above it, for its owner alone, whatever the process lets others do.

    Args:
        folder: May be there already; then it is left as it is.

    Raises:
        OSError: It cannot be made, or something else is there.
    """
    for one in (*reversed(folder.parents), folder):
        if one == folder or not one.exists():
            one.mkdir(mode=0o700, exist_ok=True)
