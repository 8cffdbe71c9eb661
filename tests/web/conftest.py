"""What tests in a real browser share: Debian's chromium, and a house that is served."""

from __future__ import annotations

import pytest
from playwright.sync_api import sync_playwright

from conftest import CHROMIUM
from served import Served


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A served house."""
    with Served(tmp_path_factory.mktemp("house")) as one:
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
