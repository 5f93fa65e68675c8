#!/usr/bin/env python3
"""Opens pages in Firefox and uses them by mouse and keyboard: what differs between browsers must not differ here.

usage: firefox.py --pages FOLDER [--screenshots FOLDER] [--only WORD]

FOLDER is that of page.py. Speaks Firefox's own protocol (Marionette: JSON over TCP, each message behind its length), since
Playwright drives only a Firefox of its own. Needs Debian's firefox-esr; without it it says so and exits with 77.
"""
import base64
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

from suite import run, skip, test

FIREFOX = os.environ.get("FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")
KEYS = {"Enter": "\uE007", "Escape": "\uE00C", "ArrowDown": "\uE015", "ArrowRight": "\uE014", "Tab": "\uE004"}


class Firefox:
    """A window of Firefox, by Marionette (WebDriver's commands, of W3C's recommendation, one message each)."""

    def __init__(self, profile):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        (profile / "user.js").write_text(
            f'user_pref("marionette.port", {port});\nuser_pref("browser.shell.checkDefaultBrowser", false);\n'
            'user_pref("datareporting.policy.dataSubmissionEnabled", false);\nuser_pref("app.update.enabled", false);\n')
        environment = {**os.environ, "HOME": str(profile), "MOZ_HEADLESS": "1"}
        self.process = subprocess.Popen(
            [FIREFOX, "--headless", "--marionette", "--no-remote", "--profile", str(profile), "--width", "1280", "--height",
             "900"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 90
        while True:
            try:
                self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
                break
            except ConnectionRefusedError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise
                time.sleep(0.1)
        self.buffer = b""
        self.count = 0
        self.receive()
        self.send("WebDriver:NewSession", {})

    def receive(self):
        while b":" not in self.buffer:
            self.buffer += self.read()
        length, _, rest = self.buffer.partition(b":")
        while len(rest) < int(length):
            rest += self.read()
        self.buffer = rest[int(length):]
        return json.loads(rest[:int(length)])

    def read(self):
        piece = self.socket.recv(65536)
        if not piece:
            raise EOFError("Firefox went away")
        return piece

    def send(self, command, parameters):
        self.count += 1
        message = json.dumps([0, self.count, command, parameters]).encode()
        self.socket.sendall(str(len(message)).encode() + b":" + message)
        _, _, error, result = self.receive()
        assert error is None, (command, error["message"])
        return result

    def run(self, script, *arguments):
        return self.send("WebDriver:ExecuteScript", {"script": script, "args": list(arguments)})["value"]

    def wait(self, condition):
        """Until an expression is true of the page."""
        end = time.monotonic() + 30
        while not self.run("return Boolean(" + condition + ")"):
            assert time.monotonic() < end, condition
            time.sleep(0.05)

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            # What it would still write is thrown away with its profile.
            self.process.kill()
            self.process.wait()


class Reader:
    """Someone who reads pages of a folder."""

    def __init__(self, browser, folder, shots):
        self.browser, self.folder, self.shots = browser, folder, shots

    def open(self, name, fragment=""):
        self.browser.send("WebDriver:Navigate", {"url": "about:blank"})
        self.browser.send("WebDriver:Navigate", {"url": (self.folder / name).as_uri() + fragment})
        self.browser.wait("document.documentElement.dataset.ready === 'true'")

    def key(self, name):
        value = KEYS.get(name, name)
        self.browser.send("WebDriver:PerformActions", {"actions": [{"type": "key", "id": "keys", "actions": [
            {"type": "keyDown", "value": value}, {"type": "keyUp", "value": value}]}]})

    def drag(self, selector, start, end):
        """Presses at one share of an element's width and lets go at another; a click where both are the same."""
        box = self.browser.run("const box = document.querySelector(arguments[0]).getBoundingClientRect();"
                               "return [box.left, box.top, box.width, box.height]", selector)
        points = [round(box[0] + box[2] * share) for share in (start, (start + end) / 2, end)]
        y = round(box[1] + min(box[3] / 2, 20))
        move = [{"type": "pointerMove", "x": x, "y": y, "duration": 0, "origin": "viewport"} for x in points]
        press, release = {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}
        steps = [move[0], press, *([] if start == end else move[1:]), release]
        self.browser.send("WebDriver:PerformActions", {"actions": [
            {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": steps}]})

    def click(self, selector):
        self.drag(selector, 0.5, 0.5)

    def functions(self):
        return self.browser.run("return [...document.querySelectorAll('table[aria-label=Functions] tbody tr')]"
                                ".map(row => [row.dataset.name, +row.dataset.self, +row.dataset.total])")

    def fragment(self):
        return self.browser.run("return location.hash")

    def shot(self, name):
        if self.shots:
            image = self.browser.send("WebDriver:TakeScreenshot", {"full": False})["value"]
            (self.shots / ("firefox-" + name + ".png")).write_bytes(base64.b64decode(image))

    def close(self):
        pass

    # The window goes on to the next reader.
    drop = close


@test
def opens_every_page_and_view(reader):
    for name in ["server", "times", "hostile", "deep", "wide", "empty", "compared"]:
        for view in ["flame", "functions"] if name != "times" else ["flame", "tree", "functions", "sandwich", "time", "source"]:
            reader.open(name + ".html", "#view=" + view)
            selected = reader.browser.run("return document.querySelector('[role=tab][aria-selected=true]').id")
            assert selected == "tab-" + view, (name, selected)
    # Names of a hostile recording ran nothing, and made no element.
    reader.open("hostile.html", "#view=functions")
    assert reader.browser.run("return document.querySelectorAll('main img, main svg, main iframe').length") == 0


@test
def counts_as_elsewhere(reader):
    reader.open("server.html", "#view=functions")
    rows = reader.functions()
    assert rows[0] == ["JSONParser.parseString()", 640, 1052], rows[0]
    reader.open("compared.html", "#view=functions&side=before")
    assert reader.functions() == rows


@test
def reaches_the_heaviest_function(reader):
    reader.open("server.html")
    reader.key("3")
    reader.key("Enter")
    reader.browser.wait("document.querySelector('.sandwich h2').textContent === 'JSONParser.parseString()'")
    reader.open("server.html")
    reader.click("#tab-functions")
    reader.click("table[aria-label=Functions] tbody tr")
    reader.browser.wait("document.querySelector('.sandwich h2').textContent === 'JSONParser.parseString()'")


@test
def selects_a_time_by_dragging(reader):
    reader.open("times.html", "#view=functions")
    whole = {row[0]: row[1] for row in reader.functions()}
    reader.drag(".strip-box", 0.2, 0.4)
    reader.browser.wait("location.hash.includes('from=')")
    part = {row[0]: row[1] for row in reader.functions()}
    assert part["longest_match"] > 0.95 * whole["longest_match"]
    assert part["JSONParser.parseString()"] < 0.25 * whole["JSONParser.parseString()"]


@test
def draws_and_zooms_frames(reader):
    reader.open("server.html")
    reader.browser.wait("document.querySelectorAll('[role=treeitem]').length > 10")
    colored = ("const canvas = document.querySelector('canvas.flame'), pen = canvas.getContext('2d');"
               "const bytes = pen.getImageData(0, 0, canvas.width, canvas.height).data, colors = new Set();"
               "for (let at = 0; at < bytes.length; at += 4) if (bytes[at + 3] === 255) colors.add(bytes[at] << 16 | "
               "bytes[at + 1] << 8 | bytes[at + 2]); return colors.size")
    assert reader.browser.run(colored) > 10
    reader.shot("flame")
    reader.click(".flame-box")
    reader.open("compared.html")
    reader.browser.wait("document.querySelectorAll('[role=treeitem]').length > 10")
    reader.shot("compared")


def browsers():
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Firefox(pathlib.Path(folder))
        try:
            yield "", lambda folder, shots: Reader(browser, folder, shots)
        finally:
            browser.close()


if __name__ == "__main__":
    if not FIREFOX:
        skip("firefox is missing (apt-get install firefox-esr)")
    run(__doc__, "--pages", browsers())
