"""What every browser test shares: the list of tests, the command line, and a run of them in each browser that there is."""
import argparse
import pathlib
import sys
import traceback

TESTS = []


def test(function):
    """Adds a test: a function that is handed a reader."""
    TESTS.append(function)
    return function


def skip(reason):
    """Ends the run without a test."""
    print("skipped: " + reason)
    sys.exit(77)


def run(description, folder, browsers):
    """Runs the tests by the command line's options and exits.

    `folder` is the option that names the folder of what is opened. `browsers` yields pairs: what stands before a browser's
    tests' names, and a function that makes its reader of that folder and the one for screenshots. A reader's `close` may
    fail, too; its `drop` comes last in any case.
    """
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument(folder, dest="folder", type=pathlib.Path, required=True)
    parser.add_argument("--screenshots", type=pathlib.Path)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    if arguments.screenshots:
        arguments.screenshots.mkdir(parents=True, exist_ok=True)
    failed = 0
    for name, reader_of in browsers:
        for function in TESTS:
            if arguments.only not in function.__name__:
                continue
            reader = reader_of(arguments.folder.resolve(), arguments.screenshots)
            try:
                function(reader)
                reader.close()
                print(f"passed {name}{function.__name__}")
            except Exception:
                failed += 1
                print(f"FAILED {name}{function.__name__}")
                traceback.print_exc()
            finally:
                reader.drop()
    print(f"{failed} browser tests failed" if failed else "all browser tests passed")
    sys.exit(1 if failed else 0)
