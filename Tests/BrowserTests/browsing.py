"""Runs browser tests in the browsers that Playwright drives.

Needs Debian's chromium and Playwright from PyPI; without them the tests say so and exit with 77.
"""
import os
import shutil

import suite

try:
    from playwright.sync_api import sync_playwright
except ImportError:
    suite.skip("Playwright is missing (pip install playwright)")

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


class Window:
    """A browser window; no page in it may raise an error, or ask for anything by other than these schemes."""

    schemes = ("file:", "data:")
    size = {"width": 1280, "height": 800}

    def __init__(self, browser, folder, shots, **options):
        self.browser, self.folder, self.shots = browser, folder, shots
        self.context = browser.new_context(**{"viewport": self.size, **options})
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.errors = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        self.page.on("request", lambda request: self.errors.append("asked for " + request.url)
                     if not request.url.startswith(self.schemes) else None)

    def fragment(self):
        return self.page.evaluate("location.hash")

    def shot(self, name):
        if self.shots:
            self.page.screenshot(path=self.shots / (name + ".png"))

    def close(self):
        assert self.errors == [], self.errors
        self.drop()

    def drop(self):
        self.context.close()


def launched(playwright, with_firefox):
    """The browsers, each with what stands before its tests' names."""
    # Chromium refuses its sandbox to root.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
    yield "chromium " if with_firefox else "", chromium
    if not with_firefox:
        return
    try:
        yield "firefox ", playwright.firefox.launch()
    except Exception:
        print("no firefox of Playwright's")


def run(description, folder, reader_of, with_firefox=False):
    """Runs the tests by the command line's options and exits; `reader_of` makes a `Window` of a browser and two folders."""
    def browsers():
        with sync_playwright() as playwright:
            for name, browser in launched(playwright, with_firefox):
                yield name, lambda folder, shots: reader_of(browser, folder, shots)
                browser.close()

    if not CHROMIUM:
        suite.skip("chromium is missing (apt-get install chromium)")
    suite.run(description, folder, browsers())
