"""How tests in a browser press a button that leads to another page: they wait until it is whole."""

from __future__ import annotations


def press(page, button: str) -> None:
    """Press what the selector *button* names, and wait for the page it leads to.

    Args:
        page: Of Playwright.
        button: Its selector; of several the first.
    """
    with page.expect_navigation():
        page.locator(button).first.click()
