"""Puts src/ on the path of the environment, and the two commands beside its python."""

from __future__ import annotations

import stat
import sys
import sysconfig
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "src"
COMMANDS = {"kept": "kept.cli.main", "kept-verify": "kept_verify.__main__"}

Path(sysconfig.get_path("purelib"), "kept-source.pth").write_text(f"{SOURCE}\n", encoding="utf-8")
for name, module in COMMANDS.items():
    script = Path(sys.executable).parent / name
    script.write_text(
        f"#!{sys.executable}\nimport sys\nfrom {module} import main\nsys.exit(main())\n", encoding="utf-8"
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
