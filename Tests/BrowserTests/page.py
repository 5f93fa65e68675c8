#!/usr/bin/env python3
"""Opens pages in headless browsers and uses them as a reader would.

usage: page.py --pages FOLDER [--screenshots FOLDER] [--only WORD]

FOLDER holds server.html, times.html, compared.html, hostile.html, deep.html, wide.html and empty.html, as
`swift test --filter FlameGraphsTests` writes them. Needs Debian's chromium and Playwright from PyPI; without them it says
so and exits with 77. firefox.py looks at the same in Firefox. Times are reported, never asserted.
"""
import re

from browsing import Window, run
from playwright.sync_api import expect
from suite import test

VIEWS = ["Flame graph", "Tree", "Functions", "Sandwich", "Time", "Source"]


class Reader(Window):
    """A browser window with a page in it."""

    schemes = ("file:", "data:", "blob:")

    def open(self, name, fragment=""):
        self.page.goto("about:blank")
        self.page.goto((self.folder / name).as_uri() + fragment)
        self.page.wait_for_selector("html[data-ready=true]")
        return self

    def tab(self, name):
        self.page.get_by_role("tab", name=name).click()

    def frame(self, name):
        """The widest frame of this name that is drawn."""
        return self.page.locator("[role=tabpanel]:not([hidden]) [role=treeitem]").filter(
            has_text=re.compile("^" + re.escape(name) + "$")).first

    def functions(self):
        """Self and total of each function, as the table has them, from above."""
        rows = self.page.get_by_role("table", name="Functions").locator("tbody tr")
        rows.first.wait_for()
        return rows.evaluate_all("rows => rows.map(row => [row.cells[0].textContent, +row.dataset.self, +row.dataset.total])")

    def trust(self):
        return self.page.locator(".trust").text_content()

    def drag(self, locator, start, end):
        """Presses at one share of a box's width and lets go at another."""
        box = locator.bounding_box()
        y = box["y"] + box["height"] / 3
        self.page.mouse.move(box["x"] + box["width"] * start, y)
        self.page.mouse.down()
        for step in range(1, 5):
            self.page.mouse.move(box["x"] + box["width"] * (start + (end - start) * step / 4), y)
        self.page.mouse.up()


@test
def is_what_the_contract_says(reader):
    reader.open("server.html")
    page = reader.page
    assert [tab.text_content() for tab in page.get_by_role("tab").all()] == VIEWS
    text = page.locator("header").text_content()
    for fact in ["server", "4,025 samples", "499 Hz", "0 lost", "99.1 % rooted", "0.94 % cut: no unwind info in libcustom.so", "unnamed",
                 "--port 8080", "2026-11-21", "inlined", "kernel", "JIT"]:
        assert fact in text, (fact, text)
    for name, view in zip(VIEWS, ["flame", "tree", "functions", "sandwich", "time", "source"]):
        reader.open("server.html", "#view=" + view)
        assert page.get_by_role("tab", name=name).get_attribute("aria-selected") == "true"
        expect(page.get_by_role("tabpanel", name=name)).to_be_visible()
        assert page.locator(".trust").is_visible(), "trust is always in sight"
    rows = reader.open("server.html", "#view=functions").functions()
    assert rows[0] == ["JSONParser.parseString()", 640, 1052], rows[0]
    cells = page.get_by_role("table", name="Functions").locator("tbody tr").first.locator("td").all_text_contents()
    assert cells[:3] == ["JSONParser.parseString()", "640", "1,052"], cells
    assert [row[1] for row in rows] == sorted((row[1] for row in rows), reverse=True)


@test
def reaches_the_heaviest_function(reader):
    reader.open("server.html")
    # Two clicks …
    reader.tab("Functions")
    reader.page.get_by_role("table", name="Functions").locator("tbody tr").first.click()
    expect(reader.page.get_by_role("tab", name="Sandwich")).to_have_attribute("aria-selected", "true")
    assert reader.page.locator(".sandwich h2").text_content() == "JSONParser.parseString()"
    # … or one key, or by Tab: the tabs are not far.
    reader.open("server.html")
    reader.page.keyboard.press("h")
    assert reader.page.locator(".sandwich h2").text_content() == "JSONParser.parseString()"
    reader.open("server.html")
    reader.page.keyboard.press("3")
    assert reader.page.evaluate("document.activeElement.dataset.name") == "JSONParser.parseString()"
    reader.page.keyboard.press("Enter")
    assert "function=JSONParser.parseString" in reader.fragment()


@test
def sorts_and_filters_functions(reader):
    reader.open("server.html", "#view=functions")
    reader.page.get_by_role("button", name="Total", exact=True).click()
    totals = [row[2] for row in reader.functions()]
    assert totals == sorted(totals, reverse=True)
    assert "sort=total" in reader.fragment()
    reader.page.get_by_role("searchbox").fill("^json.*(string|number)")
    names = [row[0] for row in reader.functions()]
    assert sorted(names) == ["JSONParser.parseNumber()", "JSONParser.parseString()"], names
    assert reader.page.locator("output").text_content() == "Matched: 31.9 %, 1,285 samples in 2 functions"
    reader.page.get_by_role("searchbox").fill("parse(")
    assert "Not a regular expression" in reader.page.locator("output").text_content()
    for bad in ["(a+)+$", "(a|a)*b", ".*.*.*.*.*.*x"]:
        reader.page.get_by_role("searchbox").fill(bad)
        assert "could take for ever" in reader.page.locator("output").text_content()


@test
def zooms_and_finds_back(reader):
    reader.open("server.html")
    page = reader.page
    reader.frame("JSONParser.parse()").click()
    page.wait_for_function("() => [...document.querySelectorAll('[role=treeitem]')].some(item => "
                           "item.textContent === 'JSONParser.parse()' && item.getBoundingClientRect().width > 1200)")
    assert "zoom=" in reader.fragment()
    page.go_back()
    page.wait_for_function("() => [...document.querySelectorAll('[role=treeitem]')].some(item => item.textContent === 'epoll_wait')")
    # The wheel zooms at the pointer, Escape finds back.
    box = page.locator(".flame-box").first.bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 100)
    for _ in range(6):
        page.mouse.wheel(0, -200)
    page.wait_for_function("() => ![...document.querySelectorAll('[role=treeitem]')].some(item => item.textContent === 'logger')")
    page.keyboard.press("Escape")
    page.wait_for_function("() => [...document.querySelectorAll('[role=treeitem]')].some(item => item.textContent === 'logger')")


@test
def works_by_keyboard_alone(reader):
    reader.open("server.html")
    page = reader.page
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('role')") == "treeitem":
            break
    def focused():
        page.wait_for_timeout(50)
        return page.evaluate("document.activeElement.getAttribute('aria-label') || ''")
    assert focused().startswith("all, 100.0 %, 4,025 samples"), focused()
    page.keyboard.press("ArrowDown")
    assert focused().startswith("server, "), focused()
    page.keyboard.press("ArrowDown")
    first = focused()
    assert first.startswith("_start, "), first
    page.keyboard.press("ArrowRight")
    assert focused() != first
    page.keyboard.press("ArrowLeft")
    assert focused() == first
    page.keyboard.press("Enter")
    assert "zoom=" in reader.fragment()
    page.keyboard.press("0")
    assert "zoom=" not in reader.fragment()
    page.keyboard.press("2")
    row = page.evaluate("document.activeElement.getAttribute('data-name')")
    assert row == "server", row
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.getAttribute('data-name')") == "_start"
    page.keyboard.press("/")
    page.keyboard.type("malloc")
    assert "q=malloc" in reader.fragment()
    page.keyboard.press("Escape")
    assert "q=" not in reader.fragment()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


@test
def opens_the_tree_and_the_heaviest_path(reader):
    reader.open("server.html", "#view=tree")
    rows = reader.page.get_by_role("treegrid", name="Tree").locator("tbody tr")
    assert rows.first.get_attribute("aria-expanded") == "true"
    names = rows.evaluate_all("rows => rows.map(row => row.dataset.name)")
    assert "JSONParser.parse()" in names, names
    before = rows.count()
    rows.first.locator(".twist").click()
    assert rows.count() < before
    reader.page.get_by_role("button", name="Leaf up").click()
    names = rows.evaluate_all("rows => rows.map(row => row.dataset.name)")
    assert names[0] == "JSONParser.parseString()", names


@test
def keeps_its_state_in_the_address(reader):
    fragment = "#view=functions&q=parse&focus=Router&hide=%5Eswift_&function=JSONParser.parse()"
    reader.open("times.html", fragment + "&from=1&to=3")
    rows = reader.functions()
    assert rows and all("parse" in row[0].lower() for row in rows)
    chips = reader.page.locator(".chip").all_text_contents()
    assert [chip.strip(" ×") for chip in chips] == ["1 to 3 s", "focus: Router", "hide: ^swift_"], chips
    reader.page.reload()
    reader.page.wait_for_selector("html[data-ready=true]")
    assert reader.functions() == rows
    reader.page.get_by_role("button", name="Take away: focus: Router").click()
    assert "focus=" not in reader.fragment()
    for hostile in ["#view=nothing&zoom=99999999", "#from=abc&to=-1&value=__proto__", "#focus=(&hide=(a%2B)%2B%24", "#theme=<script>",
                    "#thread=(&function=%3Cimg%20src=x%3E", "#" + "focus=x&" * 50, "#from=5&to=1", "#q=%"]:
        reader.open("times.html", hostile)
        assert reader.page.locator("[role=tab]").count() == 6, hostile


@test
def selects_a_time_by_dragging(reader):
    reader.open("times.html", "#view=functions")
    whole = {row[0]: row[1] for row in reader.functions()}
    reader.drag(reader.page.locator(".strip-box").first, 0.2, 0.4)
    assert re.search(r"from=(1\.9|2\.0|2)", reader.fragment()) and re.search(r"to=(3\.9|4\.0|4)", reader.fragment()), reader.fragment()
    part = {row[0]: row[1] for row in reader.functions()}
    # The worker ran in these two seconds only, everything else all the time.
    assert part["longest_match"] > 0.95 * whole["longest_match"]
    assert part["JSONParser.parseString()"] < 0.25 * whole["JSONParser.parseString()"]
    reader.tab("Time")
    # The server, its two threads, and the logger.
    lanes = reader.page.locator(".lane")
    assert lanes.count() == 4
    reader.shot("time")
    lanes.nth(2).locator(".lane-name").click()
    assert "thread=77" in reader.fragment(), reader.fragment()
    reader.tab("Functions")
    assert "JSONParser.parseString()" not in {row[0] for row in reader.functions()}
    reader.open("times.html", "#view=time")
    reader.drag(reader.page.locator(".heat-box"), 0.3, 0.6)
    assert "from=" in reader.fragment()
    reader.open("server.html", "#view=time")
    assert reader.page.locator(".time-row").is_hidden(), "folded stacks have no times"


@test
def marks_what_happened(reader):
    reader.open("times.html", "#view=time")
    page = reader.page
    signs = page.locator(".time-row .mark")
    assert [sign.text_content() for sign in signs.all()] == ["▶", "▶2", "○40", "■1k", "!12k", "■"]
    labels = [sign.get_attribute("aria-label") for sign in signs.all()]
    assert labels[0] == "0.000 s: process 70 runs server"
    assert labels[1] == "6.000 s: process 90 begins, made by 70 (server); 6.002 s: process 90 runs <b>gzip"
    assert labels[2].startswith("7.000 s: process 100 begins") and labels[2].endswith("and 31 marks more, up to 7.039 s")
    assert labels[3:] == ["7.500 s: 1,234 processes end", "8.000 s: 12,345 samples lost", "9.990 s: process 90 (gzip) ends"]
    # Each stands where its time is: the axis has ten seconds.
    strip = page.locator(".time-row .strip-box").bounding_box()
    for sign, second in zip(signs.all()[:5], [0, 6, 7, 7.5, 8]):
        x = sign.bounding_box()["x"] - strip["x"]
        assert abs(x - second / 10.02 * strip["width"]) < 8, (second, x)
    # The worker's lane has its own.
    lane = page.get_by_role("toolbar", name="Marks: Activity of worker")
    assert [sign.get_attribute("aria-label") for sign in lane.get_by_role("button").all()] == [
        "1.990 s: thread 77 begins, made by 70 (server)", "4.010 s: thread 77 (worker) ends"]
    # By keyboard: one stop, arrows from one to the next, and what each says is shown.
    card = page.locator(".card:not([hidden])")
    signs.first.focus()
    assert card.inner_text() == "0.000 s: process 70 runs server"
    page.keyboard.press("ArrowRight")
    assert "runs <b>gzip" in card.inner_text()
    assert page.locator(".card b").count() == 0
    page.keyboard.press("End")
    assert "9.990 s" in card.inner_text()
    assert page.locator(".time-row .mark[tabindex='0']").count() == 1
    page.keyboard.press("Escape")
    assert card.count() == 0
    page.keyboard.press("Tab")
    assert not page.evaluate("document.activeElement.matches('.mark')") or not page.evaluate(
        "document.activeElement.closest('.time-row')"), "one stop a row"
    # By mouse; and a chosen thread leaves its own and the lost samples.
    signs.nth(4).hover()
    assert card.inner_text() == "8.000 s: 12,345 samples lost"
    reader.shot("marks")
    reader.open("times.html", "#view=time&thread=77")
    assert [sign.text_content() for sign in signs.all()] == ["!12k"]


@test
def shows_what_threads_did(reader):
    reader.open("waits.html", "#view=time")
    page = reader.page
    assert page.locator(".states li").all_text_contents() == ["on CPU", "runnable", "blocked", "idle", "page-faults"]
    names = [strip.get_attribute("aria-label") for strip in page.locator(".time-view canvas.strip").all()]
    states = ": on CPU, runnable, blocked, idle"
    assert names[:2] == ["Activity of all threads" + states, "page-faults of all threads"], names
    assert names[2:4] == ["Activity of server" + states, "page-faults of server"], names
    colors = """([name, x, y]) => {
        const strip = [...document.querySelectorAll('.time-view canvas.strip')].find((canvas) => canvas.getAttribute('aria-label').startsWith(name));
        const [red, green, blue] = strip.getContext('2d').getImageData(strip.width * x, strip.height * y, 1, 1).data;
        const style = getComputedStyle(document.querySelector('.viewer'));
        const known = ['on-cpu', 'runnable', 'blocked', 'idle', 'event1'].find((name) => style.getPropertyValue('--' + name).trim()
            === '#' + [red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join(''));
        return known ?? `${red},${green},${blue}`;
    }"""
    page.wait_for_timeout(200)
    # Of the worker: idle to 2 s, on a CPU to 4 s, then idle again. From below the bar of one thread.
    assert page.evaluate(colors, ["Activity of worker", 0.1, 0.9]) == "idle"
    assert page.evaluate(colors, ["Activity of worker", 0.3, 0.97]) == "on-cpu"
    assert page.evaluate(colors, ["Activity of worker", 0.7, 0.9]) == "idle"
    # Of the server's main thread: blocked, runnable, blocked; it ran before, between and behind.
    below = {second: page.evaluate(colors, ["Activity of thread", second / 10.02, 0.9]) for second in [0.3, 1, 4, 5.3, 6.5, 9]}
    assert below == {0.3: "on-cpu", 1: "blocked", 4: "on-cpu", 5.3: "runnable", 6.5: "on-cpu", 9: "blocked"}, below
    assert page.evaluate(colors, ["page-faults of all", 0.002, 0.95]) == "event1"
    reader.shot("waits")
    # The curve above and the heat map are of the value type that is chosen, in its color.
    reader.open("waits.html", "#view=time&value=off-cpu")
    page.wait_for_timeout(200)
    heat = page.evaluate("""() => {
        const map = document.querySelector('canvas.heat');
        return [...map.getContext('2d').getImageData(map.width * 0.13, map.height / 2, 1, 1).data].slice(0, 3);
    }""")
    assert heat[0] > heat[1] and heat[2] > heat[1], heat
    reader.shot("waits-off-cpu")
    assert page.locator(".lane").count() == 4
    # All time in one graph: of each frame what ran is left in its color, what waited right.
    reader.open("waits.html", "#value=wall")
    assert re.search(r"waiting [\d.]+ %", page.locator(".legend").first.text_content())
    box = reader.frame("all")
    said = re.search(r"([\d.]+) % of it waiting", box.get_attribute("aria-label"))
    place = box.bounding_box()
    colors = page.evaluate("""([x, y]) => {
        const canvas = document.querySelector('canvas.flame'), bounds = canvas.getBoundingClientRect(), ratio = canvas.width / bounds.width;
        return x.map((x) => [...canvas.getContext('2d').getImageData((x - bounds.left) * ratio, (y - bounds.top) * ratio, 1, 1).data].join());
    }""", [[place["x"] + place["width"] * share for share in [0.002, 0.997 - float(said[1]) / 100, 1.003 - float(said[1]) / 100, 0.995]],
          place["y"] + 2])
    assert colors[0] == colors[1] and colors[2] == colors[3] and colors[0] != colors[2], (said[1], colors)
    reader.shot("wall")
    reader.open("waits.html", "#view=time&value=wall")
    page.wait_for_timeout(200)
    reader.shot("waits-wall")
    reader.open("waits.html", "#view=time")
    # A click on a process selects it.
    page.locator(".lane-name[data-process]").first.click()
    assert "process=server" in reader.fragment() or "process=%5Eserver" in reader.fragment(), reader.fragment()


@test
def shows_callers_and_callees(reader):
    reader.open("server.html", "#view=sandwich&function=Router.respond(to:)")
    table = reader.page.get_by_role("table", name="Callers")
    assert table.locator("tbody tr").count() == 1
    assert table.locator("tbody tr").first.get_attribute("data-name") == "HTTPHandler.channelRead(context:data:)"
    callees = reader.page.get_by_role("table", name="Callees").locator("tbody tr")
    assert callees.first.get_attribute("data-name") == "JSONDecoder.decode(_:from:)"
    assert callees.first.get_attribute("data-total") == "1710"
    callees.first.click()
    assert "function=JSONDecoder.decode" in reader.fragment()
    reader.shot("sandwich")


@test
def leaves_out_and_gathers(reader):
    reader.open("server.html", "#view=functions&function=malloc")
    reader.page.get_by_role("button", name="Ignore").click()
    assert "3,838 samples" in reader.trust(), reader.trust()
    assert "malloc" not in {row[0] for row in reader.functions()}
    reader.page.get_by_role("button", name=re.compile("Take away")).click()
    reader.page.get_by_role("button", name="Hide").click()
    assert "4,025 samples" in reader.trust()
    reader.page.get_by_role("button", name=re.compile("Take away")).click()
    reader.page.get_by_role("button", name="Focus", exact=True).click()
    assert "187 samples" in reader.trust()


@test
def shows_hostile_names_as_text(reader):
    for view in ["flame", "tree", "functions", "sandwich", "source"]:
        reader.open("hostile.html", "#view=" + view)
        reader.page.wait_for_timeout(200)
        assert reader.page.evaluate("window.hacked") is None
        assert reader.page.locator("main img, main script, main iframe, main a").count() == 0
    reader.open("hostile.html", "#view=source&function=__proto__")
    assert reader.page.get_by_role("table", name="Instructions").locator("tbody tr[data-address]").count() == 1
    rows = reader.open("hostile.html", "#view=functions").functions()
    assert any("<script>" in row[0] for row in rows)
    for index in range(min(10, len(rows))):
        reader.page.get_by_role("table", name="Functions").locator("tbody tr").nth(index).focus()
        reader.page.get_by_role("button", name="Focus", exact=True).click()
        assert reader.page.locator(".chip").count() == 1
        reader.page.locator(".chip").click()
    # No script but the page's own can run, whatever gets in.
    reader.page.evaluate("""() => {
        const script = document.createElement('script');
        script.textContent = 'window.hacked = 9';
        document.body.append(script);
    }""")
    assert reader.page.evaluate("window.hacked") is None
    reader.errors = [error for error in reader.errors if "Content Security Policy" not in error and "Content-Security-Policy" not in error]


@test
def bears_any_shape(reader):
    for name in ["empty.html", "deep.html", "wide.html"]:
        for view in ["flame", "tree", "functions", "sandwich", "time", "source"]:
            reader.open(name, "#view=" + view)
            reader.page.wait_for_timeout(60)
            reader.open(name, "#reverse=1&view=" + view)


@test
def fits_every_window(reader):
    for width, height in [(390, 844), (768, 1024), (1280, 800), (3840, 2160)]:
        for scheme in ["light", "dark"]:
            other = Reader(reader.browser, reader.folder, reader.shots, viewport={"width": width, "height": height}, color_scheme=scheme)
            for name, view in [("times", view) for view in ["flame", "tree", "functions", "sandwich", "time", "source"]] + [
                    ("waits", "time"), ("compared", "flame"), ("compared", "tree"), ("compared", "functions"), ("compared", "sandwich")]:
                other.open(name + ".html", "#view=" + view)
                assert other.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (width, view)
                other.page.wait_for_timeout(150)
                other.shot(f"{width}-{scheme}-{view}" if name == "times" else f"{width}-{scheme}-{name}-{view}")
            other.close()


CONTRASTS = """() => {
    const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
    const light = (color) => {
        const parts = color.slice(0, 3).map((part) => part / 255).map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
    };
    const ground = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const color = parse(getComputedStyle(at).backgroundColor);
            if (color.length === 3 || color[3] > 0.5) return color;
        }
        return [255, 255, 255];
    };
    const bad = [];
    for (const element of document.querySelectorAll('body *')) {
        const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '');
        const box = element.getBoundingClientRect(), style = getComputedStyle(element);
        if (!own || box.width === 0 || style.visibility === 'hidden' || element.closest('[hidden], :disabled, [role=treeitem], script, style')) continue;
        if (element.closest('.miss, .off')) continue;
        const one = light(parse(style.color)), other = light(ground(element));
        const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        if (ratio < 4.5) bad.push(`${element.className || element.tagName} ${element.textContent.slice(0, 30)}: ${ratio.toFixed(2)}`);
    }
    return bad;
}"""

NAMELESS = """() => [...document.querySelectorAll('button, input, select, [role=tab], [role=tabpanel], [role=tree], [role=treegrid], table, canvas[role]')]
    .filter((element) => !element.closest('[hidden]') || element.matches('[role=tab]'))
    .filter((element) => {
        const labelled = element.getAttribute('aria-labelledby');
        return !(element.getAttribute('aria-label') || (labelled && document.getElementById(labelled)) || element.textContent.trim());
    }).map((element) => element.outerHTML.slice(0, 120))"""


@test
def can_be_read_and_named(reader):
    for scheme in ["light", "dark"]:
        other = Reader(reader.browser, reader.folder, reader.shots, color_scheme=scheme)
        for name, view in [("times", view) for view in ["flame", "tree", "functions", "sandwich", "time", "source"]] + [
                ("waits", "time"), ("compared", "tree"), ("compared", "functions"), ("compared", "functions&by=modules")]:
            other.open(name + ".html", "#view=" + view + ("&from=1&to=4&q=parse" if name == "times" else ""))
            bad = other.page.evaluate(CONTRASTS)
            assert bad == [], (scheme, view, bad[:8])
            nameless = other.page.evaluate(NAMELESS)
            assert nameless == [], (view, nameless)
            ids = other.page.evaluate("[...document.querySelectorAll('[id]')].map(element => element.id)")
            assert len(ids) == len(set(ids)), ids
        other.close()


@test
def compares_two_sides(reader):
    reader.open("compared.html", "#view=functions")
    page = reader.page
    table = page.get_by_role("table", name="Functions")
    heads = table.locator("thead th").all_text_contents()
    assert heads == ["Function", "Self before", "After", "Self change", "Verdict", "Total before", "After", "Total change",
                     "Verdict", "Module"], heads
    row = table.locator("tbody tr[data-name='JSONParser.parseString()']")
    before = {"self": int(row.get_attribute("data-self-before")), "total": int(row.get_attribute("data-total-before"))}
    assert before == {"self": 640, "total": 1052}, before
    told = table.locator("td.grew, td.shrank")
    assert told.count() > 0 and table.locator("td.chance").count() > told.count()
    first = table.locator("tbody tr").first
    assert first.get_attribute("data-verdict") in ("slower", "faster"), "what changed stands above"
    # Each side alone is the page of that side.
    page.get_by_role("button", name="Before", exact=True).click()
    assert "side=before" in reader.fragment()
    assert "4,025 samples" in reader.trust(), reader.trust()
    alone = {row[0]: row[1:] for row in reader.functions()}
    assert alone["JSONParser.parseString()"] == [640, 1052]
    page.get_by_role("button", name="Difference", exact=True).click()
    # A part of both has no verdicts.
    page.get_by_role("searchbox").fill("")
    reader.open("compared.html", "#view=functions&focus=Router")
    assert table.locator("td.grew, td.shrank").count() == 0
    assert "not of this selection" in page.locator(".remark[aria-live]").first.text_content()
    for view in ["flame", "tree", "sandwich", "time", "source"]:
        reader.open("compared.html", "#view=" + view)
        page.wait_for_timeout(200)
        reader.shot("compared-" + view)
    reader.open("compared.html", "#function=JSONParser.parseString()")
    box = reader.frame("JSONParser.parseString()")
    assert re.search(r"before [\d.]+ %, after [\d.]+ %, [+−][\d.]+ points", box.get_attribute("aria-label"))


@test
def shows_modules_processes_and_threads(reader):
    reader.open("times.html", "#view=functions&by=modules")
    page = reader.page
    modules = page.get_by_role("table", name="Modules").locator("tbody tr")
    modules.first.wait_for()
    own = modules.evaluate_all("rows => rows.map(row => [row.dataset.key, +row.dataset.self, +row.dataset.total])")
    assert [row[1] for row in own] == sorted((row[1] for row in own), reverse=True)
    assert all(row[2] >= row[1] for row in own)
    key = next(row[0] for row in own if row[0])
    modules.locator(f"xpath=self::*[@data-key='{key}']").first.click()
    assert "focus=module" in reader.fragment(), reader.fragment()
    assert "by=" not in reader.fragment()
    reader.open("times.html", "#view=functions&by=threads")
    threads = page.get_by_role("table", name="Threads").locator("tbody tr")
    assert threads.count() == 3
    sums = threads.evaluate_all("rows => rows.map(row => +row.dataset.self)")
    threads.nth(1).click()
    assert "thread=" in reader.fragment()
    page.wait_for_function("() => document.querySelector('.trust').textContent.startsWith('%s samples')" % f"{sums[1]:,}")
    page.get_by_role("button", name="Processes").click()
    assert page.get_by_role("table", name="Processes").locator("tbody tr").count() == 1


@test
def shows_calls_in_the_order_of_time(reader):
    reader.open("times.html")
    reader.page.get_by_role("button", name="In time").click()
    assert "order=time" in reader.fragment()
    reader.page.wait_for_timeout(200)
    reader.shot("in-time")
    reader.page.get_by_role("button", name="Heaviest first").click()
    assert "order=weight" in reader.fragment()


@test
def gathers_by_the_legend(reader):
    reader.open("server.html", "#view=functions")
    whole = reader.trust()
    kernel = reader.page.locator(".legend [data-kind='2']")
    kernel.click()
    assert "focus=kind" in reader.fragment()
    gathered = reader.trust()
    kernel.click()
    assert "ignore=kind" in reader.fragment()
    def samples(text):
        return int(re.match(r"([\d,]+) sample", text)[1].replace(",", ""))
    assert samples(gathered) + samples(reader.trust()) == samples(whole)
    reader.page.get_by_role("button", name=re.compile("Take away")).click()
    assert reader.trust() == whole


@test
def prints(reader):
    reader.open("server.html", "#view=functions")
    reader.page.emulate_media(media="print")
    assert reader.page.locator(".tools").is_hidden()
    assert reader.page.locator(".trust").is_visible()
    reader.page.emulate_media(media="screen")


if __name__ == "__main__":
    run(__doc__, "--pages", Reader, with_firefox=True)
