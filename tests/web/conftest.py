"""What tests in a real browser share: Debian's chromium, and an installation that is served."""

from __future__ import annotations

import pytest
from playwright.sync_api import sync_playwright
from served import Served

from conftest import CHROMIUM


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A served installation."""
    with Served(tmp_path_factory.mktemp("installation")) as one:
        yield one


@pytest.fixture(scope="module")
def browser():
    """Debian's chromium; `staff.localhost` is this machine."""
    with sync_playwright() as driver:
        one = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--host-resolver-rules=MAP staff.localhost 127.0.0.1"]
        )
        yield one
        one.close()
