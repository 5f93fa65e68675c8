#!/usr/bin/env python3
"""Measures a page of a long recording in Chromium: until it can be used, for a dragged time, and while zooming.

Makes the recording up (2,000,000 samples of 100,000 stacks in 300 threads over 30 minutes, see Sources/PageGenerator), or
takes a page that is there. Prints a Markdown table of medians for each.

usage: page.py [--page FILE.html] [--rounds N]       (needs Debian's chromium and Playwright from PyPI)
"""
import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

from playwright.sync_api import sync_playwright

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

DRAG = """async () => {
    const strip = document.querySelector('.strip-box'), box = strip.getBoundingClientRect();
    const frame = () => new Promise(requestAnimationFrame);
    const send = (type, x, buttons) => strip.dispatchEvent(new PointerEvent(type, {
        bubbles: true, clientX: box.left + box.width * x, clientY: box.top + 10, button: 0, buttons, pointerId: 1 }));
    strip.setPointerCapture = () => {};
    send('pointerdown', 0.2, 1);
    const times = [];
    for (let step = 1; step <= 12; step++) {
        await frame();
        const begin = performance.now();
        send('pointermove', 0.2 + step * 0.05, 1);
        await frame();
        await new Promise((done) => { const port = new MessageChannel(); port.port1.onmessage = done; port.port2.postMessage(0); });
        times.push(performance.now() - begin);
    }
    send('pointerup', 0.8, 0);
    return times;
}"""

ZOOM = """async (pans) => {
    const box = document.querySelector('.flame-box'), bounds = box.getBoundingClientRect();
    const times = [];
    let last = performance.now();
    for (let step = 0; step < 90; step++) {
        box.dispatchEvent(new WheelEvent('wheel', { bubbles: true, cancelable: true, deltaX: pans ? 15 : 0,
            deltaY: pans ? 0 : step < 45 ? -40 : 40, clientX: bounds.left + bounds.width * 0.4, clientY: bounds.top + 100 }));
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        times.push(now - last);
        last = now;
    }
    return times.slice(1);
}"""


def made(folder):
    """Pages of recordings that are made up: plain, with waits and marks, of two sides."""
    tool = subprocess.run([ROOT / "Tools/build-tool", "PageGenerator"], check=True, stdout=subprocess.PIPE, text=True)
    subprocess.run([tool.stdout.strip(), folder], check=True, stdout=sys.stderr)
    return [pathlib.Path(folder) / name for name in ["long.html", "waits.html", "compared.html"]]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--page", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        for path in [arguments.page] if arguments.page else made(folder):
            measure(browser, path.resolve(), arguments.rounds)
        browser.close()


def measure(browser, path, rounds):
    """Prints what one page takes."""
    ready, drags, zooms, pans = [], {}, [], []
    for _ in range(rounds):
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(path.as_uri(), wait_until="commit")
        page.wait_for_selector("html[data-ready=true]", timeout=120_000)
        ready.append(page.evaluate("performance.now()"))
        zooms += page.evaluate(ZOOM, False)
        pans += page.evaluate(ZOOM, True)
        for view in ["flame", "functions", "tree", "time"]:
            page.evaluate(f"location.hash = 'view={view}'")
            page.wait_for_timeout(300)
            drags.setdefault(view, []).extend(page.evaluate(DRAG))
        page.close()
    print(f"\n| {path.name} | |\n|---|---|")
    print(f"| size | {path.stat().st_size / 1e6:.1f} MB |")
    print(f"| until it can be used | {statistics.median(ready) / 1000:.2f} s |")
    for view, times in drags.items():
        print(f"| a step of dragging a time, {view} | {statistics.median(times):.0f} ms, at most {max(times):.0f} ms |")
    for name, times in [("zooming", zooms), ("panning", pans)]:
        print(f"| {name} | {1000 / statistics.median(times):.0f} frames a second, at least {1000 / max(times):.0f} |")


if __name__ == "__main__":
    main()
