"""What the browser tests share: the list of tests, and a run of them in each browser that there is.

Needs Debian's chromium and Playwright from PyPI; without them the tests say so and exit with 77.
"""
import argparse
import os
import pathlib
import shutil
import sys
import traceback

try:
    from playwright.sync_api import sync_playwright
except ImportError:
    print("skipped: Playwright is missing (pip install playwright)")
    sys.exit(77)

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
TESTS = []


def test(function):
    """Adds a test: a function that is handed a reader."""
    TESTS.append(function)
    return function


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
    """Runs the tests by the command line's options and exits.

    `folder` is the option that names the folder of what is opened; `reader_of` makes a reader of a browser, that folder and
    the one for screenshots.
    """
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument(folder, dest="folder", type=pathlib.Path, required=True)
    parser.add_argument("--screenshots", type=pathlib.Path)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    if not CHROMIUM:
        print("skipped: chromium is missing (apt-get install chromium)")
        sys.exit(77)
    if arguments.screenshots:
        arguments.screenshots.mkdir(parents=True, exist_ok=True)
    failed = 0
    with sync_playwright() as playwright:
        for name, browser in launched(playwright, with_firefox):
            for function in TESTS:
                if arguments.only not in function.__name__:
                    continue
                reader = reader_of(browser, arguments.folder.resolve(), arguments.screenshots)
                reader.page.set_default_timeout(15_000)
                try:
                    function(reader)
                    reader.close()
                    print(f"passed {name}{function.__name__}")
                except Exception:
                    failed += 1
                    print(f"FAILED {name}{function.__name__}")
                    traceback.print_exc()
                    reader.context.close()
            browser.close()
    print(f"{failed} browser tests failed" if failed else "all browser tests passed")
    sys.exit(1 if failed else 0)
