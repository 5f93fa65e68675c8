#!/usr/bin/env python3
"""Opens flame graphs in headless Chromium and uses them as a reader would.

usage: flamegraph.py --pictures FOLDER [--screenshots FOLDER] [--only WORD]

FOLDER holds server.svg, server.html, diff.svg, diff.html, deep.svg, wide.svg, hostile.svg, hostile.html and empty.svg, as
`swift test --filter FlameGraphsTests` writes them. Needs Debian's chromium and Playwright from PyPI; without them it
says so and exits with 77. Times are reported, never asserted.
"""
import base64
import hashlib
import html
import re
import time

from browsing import Window, run
from playwright.sync_api import Error, expect
from suite import test


class Reader(Window):
    """A browser window with a picture in it."""

    size = {"width": 1400, "height": 800}

    def open(self, name, fragment=""):
        self.page.goto(self.url(name, fragment))
        self.page.wait_for_selector("[data-ready=true]")
        return self

    def url(self, name, fragment=""):
        return (self.folder / name).as_uri() + fragment

    def frame(self, name):
        """The widest drawn frame of this name."""
        return self.page.locator("[role=treeitem]").filter(has_text=re.compile("^" + re.escape(name) + "$")).first

    def labels(self):
        return self.page.eval_on_selector_all("[role=treeitem]", "items => items.map(item => item.getAttribute('aria-label'))")

    def focused(self):
        return self.page.evaluate("document.activeElement.getAttribute('aria-label') || ''")

    def until(self, condition):
        """Waits for it; the page's policy keeps Playwright's own way of waiting, which evaluates text in the page, out."""
        end = time.monotonic() + 15
        while not self.page.evaluate(condition):
            assert time.monotonic() < end, condition
            self.page.wait_for_timeout(20)

    def result(self):
        return self.page.locator("output").text_content()

    def search(self, text):
        self.page.get_by_role("searchbox").fill(text)
        return self.result()


@test
def loads_as_svg_and_as_html(reader):
    for name in ["server.svg", "server.html"]:
        reader.open(name)
        assert "server" in reader.page.title()
        text = reader.page.locator("header").text_content()
        for fact in ["4,025 samples", "499 Hz", "0 lost", "99.1 % rooted", "--port 8080", "2026-11-21", "inlined", "kernel", "JIT"]:
            assert fact in text, (fact, text)
        assert any(label.startswith("Router.respond(to:), ") for label in reader.labels())
        expect(reader.frame("Router.respond(to:)")).to_be_visible()
    reader.shot("light")


@test
def searches_text_and_counts_samples_once(reader):
    reader.open("server.svg")
    # parse and parseObject and parseString are on the same stacks.
    assert reader.search("JSONParser.parse") .startswith("Matched: 42.5 %, 1,710 samples in 6 frames"), reader.result()
    assert reader.search("jsonparser.PARSEnumber").startswith("Matched: 5.8 %, 233 samples in 1 frame"), reader.result()
    assert reader.search("parse(") .startswith("Matched: 42.5 %"), "text is no expression"
    assert reader.search("nothing of the kind") == "No match"
    assert reader.page.locator("[role=treeitem].miss").count() > 50
    assert reader.search("module:[kernel]").startswith("Matched: 20.7 %")
    reader.search("JSONParser")
    reader.shot("search")
    assert reader.search("") == ""
    assert reader.page.locator("[role=treeitem].miss").count() == 0


@test
def searches_regular_expressions_and_bears_bad_ones(reader):
    reader.open("server.svg")
    button = reader.page.get_by_role("button", name="Regular expression")
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    assert reader.search("^JSONParser\\.parse(String|Number)\\(").startswith("Matched: 31.9 %, 1,285 samples in 2 frames"), reader.result()
    assert "Not a regular expression" in reader.search("parse(")
    assert reader.page.get_by_role("searchbox").get_attribute("aria-invalid") == "true"
    assert reader.search("parse\\(").startswith("Matched")
    assert reader.page.get_by_role("searchbox").get_attribute("aria-invalid") is None


@test
def gives_up_on_expressions_that_could_take_for_ever(reader):
    reader.open("server.svg")
    reader.page.get_by_role("button", name="Regular expression").click()
    for bad in ["(a+)+$", "(a|a)*b", "((a*))*$", "(?:x+y?)+z", "(\\w+\\s?)*!", "(a|b){30}", ".*.*.*.*.*.*x", "(a?){40}a",
                "a?" * 40 + "b", "(a|a)" * 30, "(.*)\\1\\1\\1\\1x", "[(](a+)+[)]"]:
        begin = time.monotonic()
        assert reader.search(bad).startswith("Not searched, since it could take for ever"), (bad, reader.result())
        assert time.monotonic() - begin < 30, bad
        assert reader.page.get_by_role("searchbox").get_attribute("aria-invalid") == "true"
    for good in ["JSON.*parse.*\\(", "(?:JSON)+Parser", "^(main|start)$", "[(*+?]", "\\(\\+*", "a{2}b{1,3}", "(?=J)J", "x(?<name>y)?", "^.{3,}$"]:
        assert re.match("Matched|No match", reader.search(good)), (good, reader.result())
    # Matching takes what the length allows: a name of which every part could match.
    assert reader.page.evaluate("document.querySelector('output').textContent") != ""


@test
def zooms_by_click_and_finds_back(reader):
    reader.open("server.svg")
    whole = len(reader.labels())
    before = reader.frame("JSONParser.parse()").bounding_box()["width"]
    reader.frame("JSONParser.parse()").click()
    assert reader.frame("JSONParser.parse()").bounding_box()["width"] > 1300 > before
    assert len(reader.labels()) < whole
    assert any(label.startswith("main,") for label in reader.labels()), "callers stay"
    assert not any(label.startswith("Compressor") for label in reader.labels())
    reader.shot("zoomed")
    reader.frame("swift_allocObject").click()
    reader.page.go_back()
    assert reader.frame("JSONParser.parse()").bounding_box()["width"] > 1300
    reader.page.go_back()
    assert len(reader.labels()) == whole
    reader.page.go_forward()
    assert len(reader.labels()) < whole
    reader.page.get_by_role("button", name="Reset zoom").click()
    assert len(reader.labels()) == whole
    assert reader.page.get_by_role("button", name="Reset zoom").is_disabled()
    # A click on a caller zooms out to it.
    reader.frame("malloc").click()
    reader.frame("EventLoop.run()").click()
    assert any(label.startswith("Channel.flush") for label in reader.labels())


@test
def takes_a_drag_for_no_click(reader):
    reader.open("server.svg")
    box = reader.page.locator("[role=treeitem]").nth(3).bounding_box()
    mouse = reader.page.mouse
    mouse.move(box["x"] + 5, box["y"] + 8)
    mouse.down()
    mouse.move(box["x"] + 45, box["y"] + 8)
    mouse.up()
    assert reader.fragment() == "", reader.fragment()
    mouse.click(box["x"] + 5, box["y"] + 8)
    assert reader.fragment().startswith("#z="), reader.fragment()


@test
def prints_all_of_it(reader):
    reader.open("deep.svg")
    reader.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    drawn = "document.querySelectorAll('#picture .frames > g').length"
    assert reader.page.evaluate(drawn) > 100
    box = "document.documentElement.getAttribute('viewBox')"
    assert int(reader.page.evaluate(box).split()[3]) > 2000, "as high as the picture"
    reader.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert reader.page.evaluate(drawn) == 0 and reader.page.evaluate(box) is None
    # Dark windows print on light paper.
    reader.page.emulate_media(media="print", color_scheme="dark")
    reader.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    paper = "getComputedStyle(document.querySelector('#picture .paper')).fill"
    assert reader.page.evaluate(paper) == "rgb(255, 255, 255)"


@test
def every_text_has_contrast(reader):
    script = """() => {
        const parse = (color) => (color.match(/[\\d.]+/g) ?? []).slice(0, 3).map(Number);
        const luminance = (color) => color.map((part) => part / 255)
            .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
            .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
        const paper = parse(getComputedStyle(document.querySelector(".viewer")).backgroundColor);
        let least = 21;
        for (const item of document.querySelectorAll("[role=treeitem]")) {
            const [rect, text] = [item.querySelector("rect"), item.querySelector("text")];
            if (!text || !text.textContent) continue;
            const style = getComputedStyle(rect), fill = parse(style.fill);
            if (fill.length < 3) continue;
            const share = Number(style.opacity);
            const ground = fill.map((part, index) => part * share + paper[index] * (1 - share));
            const both = [luminance(ground), luminance(parse(getComputedStyle(text).fill))].sort((a, b) => b - a);
            least = Math.min(least, (both[0] + 0.05) / (both[1] + 0.05));
        }
        return least;
    }"""
    for name in ("server.svg", "diff.svg"):
        for theme in ("light", "dark"):
            for query in ("", "&s=e", "&s=nothing-has-this", "&z=3"):
                reader.open(name, f"#t={theme}{query}")
                least = reader.page.evaluate(script)
                assert least >= 4.5, f"{name} {theme} {query}: {least:.2f}"


@test
def tells_details_on_hover(reader):
    reader.open("server.svg")
    reader.frame("JSONParser.parseString()").hover()
    card = reader.page.locator(".card")
    expect(card).to_be_visible()
    text = card.inner_text()
    for part in ["JSONParser.parseString()", "static JSONParser.parseString() -> Swift.Optional<app.Value>", "/usr/bin/app",
                 "JSONParser.swift:34", "1,052 samples", "26.1 %", "640", "15.9 %"]:
        assert part in text, (part, text)
    reader.shot("hover")
    reader.page.mouse.move(700, 300)
    expect(card).to_be_hidden()
    # Under every point of a frame's row lies what is drawn there.
    box = reader.frame("main").bounding_box()
    reader.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 9)
    assert card.locator(".name").text_content() == "main"


@test
def keeps_its_state_in_the_address(reader):
    reader.open("server.svg")
    reader.frame("JSONParser.parse()").click()
    reader.search("malloc")
    reader.page.get_by_role("button", name="Turn over (i)").click()
    fragment = reader.fragment()
    assert "z=" in fragment and "s=malloc" in fragment and "i=1" in fragment, fragment
    labels, result = reader.labels(), reader.result()
    reader.page.reload()
    reader.page.wait_for_selector("[data-ready=true]")
    assert (reader.labels(), reader.result()) == (labels, result)
    other = reader.context.new_page()
    other.goto(reader.url("server.svg", fragment))
    other.wait_for_selector("[data-ready=true]")
    assert other.locator("output").text_content() == result
    for hostile in ["#z=99999999", "#z=-1", "#z=abc&s=%", "#s=(&r=1", "#t=<script>", "#__proto__=1&z=1e3"]:
        other.goto("about:blank")
        other.goto(reader.url("server.svg", hostile))
        other.wait_for_selector("[data-ready=true]")
        assert other.locator("[role=treeitem]").count() > 50, hostile


@test
def works_by_keyboard_alone(reader):
    reader.open("server.svg")
    page = reader.page
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('role')") == "treeitem":
            break
    assert reader.focused().startswith("all, 100.0 %"), reader.focused()
    assert page.locator(".ring:not(.hover)").is_visible(), "the focus can be seen"
    for name in ["server", "_start", "__libc_start_main", "main"]:
        page.keyboard.press("ArrowUp")
        assert reader.focused().startswith(name + ","), reader.focused()
    page.keyboard.press("ArrowDown")
    assert reader.focused().startswith("__libc_start_main,")
    page.keyboard.press("ArrowRight")
    assert not reader.focused().startswith("__libc_start_main,")
    page.keyboard.press("ArrowLeft")
    assert reader.focused().startswith("__libc_start_main,")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    reader.shot("keyboard")
    page.keyboard.press("Enter")
    assert "z=" in reader.fragment()
    assert reader.focused().startswith("Server.run(),")
    page.keyboard.press("Backspace")
    assert reader.focused().startswith("main,")
    page.keyboard.press("Escape")
    assert reader.fragment() in ("", "#"), reader.fragment()
    page.keyboard.press("/")
    page.keyboard.type("deflate_slow")
    assert reader.result().startswith("Matched: 10.7 %"), reader.result()
    page.keyboard.press("Enter")
    assert reader.focused().startswith("deflate_slow,"), reader.focused()
    page.keyboard.press("Control+f")
    assert page.evaluate("document.activeElement.type") == "search"
    page.keyboard.press("Escape")
    assert reader.result() == ""
    page.keyboard.press("Escape")
    page.locator('[aria-label^="swift_release,"]').focus()
    page.keyboard.press("f")
    assert reader.result().startswith("Matched: 3.5 %, 140 samples in 1 frame"), reader.result()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    reader.shot("help")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


@test
def turns_over(reader):
    reader.open("server.svg")
    def is_root_below():
        return reader.frame("all").bounding_box()["y"] > reader.frame("main").bounding_box()["y"]
    assert is_root_below()
    reader.page.keyboard.press("i")
    assert not is_root_below()
    reader.shot("icicle")
    reader.page.keyboard.press("ArrowDown")
    reader.page.keyboard.press("ArrowDown")
    assert reader.focused().startswith("server,"), reader.focused()


def hover(item):
    """Moves the pointer over an item, wherever it is by now: each drawing makes new ones, which may be between two steps."""
    for attempt in range(20):
        try:
            return item.hover(force=True)
        except Error as error:
            if "not visible" not in str(error) or attempt == 19:
                raise
            item.wait_for(state="attached")


@test
def runs_nothing_that_a_name_says(reader):
    for name in ["hostile.svg", "hostile.html"]:
        reader.open(name)
        reader.page.get_by_role("searchbox").fill("<script>")
        for item in reader.page.locator("[role=treeitem]").all()[:40]:
            hover(item)
            item.focus()
        reader.page.keyboard.press("Enter")
        assert reader.page.evaluate("window.hacked") is None
        assert reader.page.locator("script:not([type])").count() == 1
        assert reader.page.locator("img").count() == 0
        assert reader.search("constructor").startswith("Matched")
        assert reader.search("\\u{202E}desrever").startswith("Matched"), reader.result()
    reader.page.keyboard.press("Escape")
    reader.open("hostile.svg")
    reader.page.locator("[role=treeitem]").nth(30).hover()
    reader.shot("hostile")
    # Without script, the picture itself must hold no trap either.
    still = Reader(reader.browser, reader.folder, reader.shots, java_script_enabled=False)
    still.page.goto(still.url("hostile.svg"))
    still.shot("hostile-still")
    still.close()


@test
def admits_nothing_but_its_own_script_and_style(reader):
    for name in ["diff.html", "server.svg"]:
        text = (reader.folder / name).read_text()
        def hashed(element):
            contents = re.findall(f"<{element}(?: id=.further.)?>(.*?)</{element}>", text, re.S)
            digests = [hashlib.sha256(content.removeprefix("<![CDATA[").removesuffix("]]>").encode()).digest()
                       for content in contents]
            return " ".join("'sha256-" + base64.b64encode(digest).decode() + "'" for digest in digests)
        policy = html.unescape(re.search('Content-Security-Policy" content="([^"]*)"', text).group(1))
        assert policy == (f"default-src 'none'; script-src {hashed('script')}; style-src {hashed('style')}; "
                          "base-uri 'none'; form-action 'none'"), policy
        reader.open(name)
        assert "Regular expression" in reader.page.locator("header").inner_html()
        reader.frame("JSONParser.parseString()").hover()
        card = reader.page.locator(".card").bounding_box()
        assert card["x"] > 0 and card["y"] > 100, card
        reader.frame("JSONParser.parse()").click()
        assert reader.search("malloc").startswith("Matched")
        assert reader.errors == [], reader.errors
        # Violations are errors on the console; these show that they would have been noticed.
        refused = reader.page.evaluate("""() => {
            const box = document.createElementNS("http://www.w3.org/1999/xhtml", "p");
            box.setAttribute("style", "color: red");
            const script = document.createElementNS("http://www.w3.org/1999/xhtml", "script");
            script.textContent = "window.hacked = true";
            document.documentElement.append(script);
            return [box.style.color, window.hacked ?? null]; }""")
        assert refused == ["", None] and len(reader.errors) >= 2, "the policy is not in force"
        reader.errors.clear()


@test
def is_a_picture_without_script(reader):
    for name in ["server.svg", "diff.svg"]:
        page = reader.context.new_page()
        page.goto("about:blank")
        (reader.folder / "image.html").write_text(f'<meta charset="utf-8"><body style="margin:0"><img src="{name}">')
        page.goto(reader.url("image.html"))
        size = page.evaluate("(async () => { const image = document.images[0]; await image.decode(); return [image.naturalWidth, image.naturalHeight]; })()")
        assert size[0] == 1200 and size[1] > 300, size
        if reader.shots:
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.screenshot(path=reader.shots / f"still-{name[:-4]}.png")


@test
def compares(reader):
    reader.open("diff.svg")
    text = reader.page.locator("header").text_content()
    assert "before: 4,025 samples" in text and "after: " in text and "width: mean of both shares" in text
    assert reader.page.locator("[role=treeitem] rect.gone").count() >= 2, "what vanished is there"
    assert reader.page.locator("[role=treeitem] rect.new").count() >= 2
    assert "r" in reader.frame("Database.query(_:)").locator("rect").get_attribute("class")
    assert "b" in reader.frame("JSONParser.parseString()").locator("rect").get_attribute("class")
    reader.frame("JSONParser.parseString()").hover()
    text = reader.page.locator(".card").inner_text()
    for part in ["before", "after", "change", "26.1 %", "points"]:
        assert part in text, (part, text)
    reader.shot("diff")
    assert re.match(r"Matched: 12\.6 % before, 0\.0 % after", reader.search("template_main")), reader.result()


@test
def shows_deep_stacks(reader):
    reader.open("deep.svg")
    assert any(label.startswith("all,") for label in reader.labels()), "the root is in sight"
    assert len(reader.labels()) < 300, "only what is in sight is drawn"
    height = reader.page.evaluate("document.querySelector('.scroll').scrollHeight")
    assert height > 2000 * 16
    reader.page.mouse.move(700, 500)
    reader.page.mouse.wheel(0, -9000)
    reader.until("[...document.querySelectorAll('[role=treeitem]')].some(item => /^walk5\\d\\d/.test(item.getAttribute('aria-label')))")
    reader.search("walk1999(")
    reader.page.keyboard.press("Enter")
    assert reader.focused().startswith("walk1999("), reader.focused()
    assert reader.page.evaluate("(() => { const box = document.activeElement.getBoundingClientRect(); return box.top > 0 && box.bottom < innerHeight; })()")
    reader.shot("deep")


@test
def answers_at_once_with_20_000_frames(reader):
    page = reader.page
    reader.open("wide.svg")
    count = page.evaluate("JSON.parse(document.getElementById('profile').textContent).depth.length")
    load = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    def timed(action):
        return page.evaluate("""(action) => {
          const start = performance.now();
          new Function(action)();
          document.documentElement.getBoundingClientRect();
          return performance.now() - start;
        }""", action)
    typing = "const box = document.querySelector('input'); box.value = '%s'; box.dispatchEvent(new Event('input'));"
    click = ("const frames = [...document.querySelectorAll('[role=treeitem]')]; const frame = frames[%d];"
             "const box = frame.getBoundingClientRect();"
             "frame.dispatchEvent(new MouseEvent('click', {bubbles: true, clientX: box.x + box.width / 2, clientY: box.y + 4}));")
    times = {
        "search": timed(typing % "method1"), "search expression": timed("document.querySelector('.regex').click();" + typing % "Type1.*9"),
        "zoom": timed(click % 9), "reset": timed("document.querySelector('.tools > button').click()"),
    }
    print(f"    {count} frames: loaded in {load:.0f} ms, " + ", ".join(f"{name} {time:.1f} ms" for name, time in times.items()))
    reader.search("")
    reader.shot("wide")
    text = page.locator("header").text_content()
    assert re.search(r"[\d,]+ more, narrower than 0.1 px at 1,600 px, are left out", text), text


@test
def says_when_there_is_nothing(reader):
    reader.open("empty.svg")
    assert "There are no samples" in reader.page.locator("header").text_content()
    reader.shot("empty")


@test
def is_legible_on_a_telephone(reader):
    phone = Reader(reader.browser, reader.folder, reader.shots, viewport={"width": 375, "height": 740}, is_mobile=True,
                   has_touch=True, device_scale_factor=2)
    for name in ["server.svg", "diff.html"]:
        phone.open(name)
        assert phone.page.evaluate("innerWidth") == 375, phone.page.evaluate("innerWidth")
        assert phone.page.evaluate("document.querySelector('.viewer').scrollWidth") <= 375
        assert phone.page.evaluate("getComputedStyle(document.querySelector('[role=treeitem] text')).fontSize") == "12px"
        phone.shot("phone")
        box = phone.frame("Router.respond(to:)").bounding_box()
        phone.page.touchscreen.tap(box["x"] + 30, box["y"] + 9)
        assert "z=" in phone.fragment()
        expect(phone.page.locator(".card.docked")).to_be_visible()
        phone.until("""(() => {
          const card = document.querySelector('.card').getBoundingClientRect();
          return [...document.querySelectorAll('[role=treeitem]')].some((item) =>
            item.textContent === 'Router.respond(to:)' && item.getBoundingClientRect().bottom <= card.top); })()""")
        phone.shot("phone-zoomed")
        phone.page.get_by_role("button", name="Close details").tap()
        expect(phone.page.locator(".card")).to_be_hidden()
    phone.close()


@test
def is_legible_on_5_000_pixels(reader):
    wide = Reader(reader.browser, reader.folder, reader.shots, viewport={"width": 5000, "height": 1400})
    wide.open("wide.svg")
    assert wide.frame("main").bounding_box()["width"] > 4900
    assert wide.page.evaluate("getComputedStyle(document.querySelector('[role=treeitem] text')).fontSize") == "12px"
    wide.shot("5000")
    wide.page.set_viewport_size({"width": 700, "height": 500})
    wide.until("document.querySelector('.canvas').getBoundingClientRect().width <= 700")
    assert wide.frame("main").bounding_box()["width"] < 700
    wide.close()


@test
def knows_dark_and_light(reader):
    def paper(page):
        return sum(map(int, re.findall(r"\d+", page.evaluate("getComputedStyle(document.querySelector('.viewer')).backgroundColor"))[:3]))
    def fill(page):
        return page.evaluate("getComputedStyle(document.querySelector('[role=treeitem] rect.u0, [role=treeitem] rect.u4')).fill")
    dark = Reader(reader.browser, reader.folder, reader.shots, color_scheme="dark")
    dark.open("server.svg")
    reader.open("server.svg")
    assert paper(dark.page) < 200 < 600 < paper(reader.page)
    assert fill(dark.page) != fill(reader.page)
    dark.frame("JSONParser.parse()").hover()
    dark.shot("dark")
    dark.open("diff.svg").shot("dark-diff")
    dark.open("server.svg").page.get_by_role("button", name="Light or dark (t)").click()
    assert paper(dark.page) > 600
    assert fill(dark.page) == fill(reader.page)
    reader.page.keyboard.press("t")
    assert paper(reader.page) < 200
    reader.page.reload()
    reader.page.wait_for_selector("[data-ready=true]")
    assert paper(reader.page) < 200, "the choice survives a reload"
    dark.close()


if __name__ == "__main__":
    run(__doc__, "--pictures", Reader)
