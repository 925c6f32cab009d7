"""Drives the daemon's page in a real browser, as a person would.

    drive_page.py SLUICE [SCREENSHOTS]

Starts SLUICE on a store of its own, hands documents in, and then searches, reads, reviews and seals through the page
alone: with scripts and without, in light and dark, on a desk and at 360 pixels. Nothing on the browser's console may be
an error, nothing may come from elsewhere, and no text from outside may become markup.

Every page is read as plain HTTP first. Where Chromium, its driver or the Python package selenium is missing, it says so and
leaves it at that.
"""

import base64
import hashlib
import html.parser
import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

EVIL = "\"><script>window.hacked=1</script><img src=x onerror=window.hacked=2>"


try:
    from selenium import webdriver
    from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
except ImportError:
    webdriver = None
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")


def missing():
    """Why there is no browser to drive, where there is none."""
    if not webdriver:
        return "the Python package selenium is missing"
    if not BROWSER or not DRIVER:
        return "Chromium or its driver is missing (Debian: chromium, chromium-driver)"
    return None


class Markup(html.parser.HTMLParser):
    """A page as a browser that is strict would read it."""

    VOID = {"meta", "link", "input", "img", "br", "hr", "path", "rect", "circle"}

    def __init__(self, path, text):
        super().__init__()
        self.path, self.open, self.ids = path, [], set()
        self.feed(text)
        self.close()
        assert self.open == [], f"{path}: {self.open} are not closed"

    def handle_starttag(self, tag, attributes):
        names = dict(attributes)
        assert len(names) == len(attributes), f"{self.path}: <{tag}> has an attribute twice"
        assert tag != "img" and not any(n.startswith("on") or n == "style" for n in names), f"{self.path}: <{tag}> {names}"
        if tag == "script":
            assert names["src"].startswith("/static/"), f"{self.path}: a script of another place"
        if "id" in names:
            assert names["id"] not in self.ids, f"{self.path}: the id {names['id']} is there twice"
            self.ids.add(names["id"])
        if names.get("href", "").split(":")[0] not in ("", "data") and not names["href"].startswith(("/", "#")):
            raise AssertionError(f"{self.path}: a link to {names['href']}")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"{self.path}: </{tag}> closes {self.open[-1:]}"
        self.open.pop()


class Daemon:
    """The daemon on a fresh store and a port of its own."""

    def __init__(self, program, folder, tokens=None):
        self.log = open(folder / "log", "wb+")
        config = folder / "sluice.yaml"
        lines = ["service:", "  listen: 127.0.0.1:0", "  disk_floor_bytes: 0"]
        if tokens:
            lines.append(f"  tokens: {tokens}")
        config.write_text("\n".join(lines) + "\n")
        self.process = subprocess.Popen(
            [program, "serve", "--store", str(folder / "store"), "--config", str(config)], stderr=self.log,
            stdout=self.log)
        self.base = f"http://{self.address()}"

    def address(self):
        for _ in range(200):
            self.log.seek(0)
            for line in self.log.read().decode().splitlines():
                entry = json.loads(line) if line.startswith("{") else {}
                if entry.get("msg") == "listening" and entry["address"].startswith("127."):
                    return entry["address"]
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        self.log.seek(0)
        raise SystemExit(f"the daemon did not start:\n{self.log.read().decode()}")

    def post(self, query, documents):
        body = "\n".join(json.dumps(one) for one in documents).encode()
        request = urllib.request.Request(
            f"{self.base}/v1/documents?{urllib.parse.urlencode(query, quote_via=urllib.parse.quote)}", body, {"Content-Type": "application/x-ndjson"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def get(self, path):
        with urllib.request.urlopen(self.base + path) as answer:
            return json.load(answer)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 0, "the daemon did not end well"


class Desk:
    """A browser of a certain width and colour scheme."""

    def __init__(self, base, shots, width=1200, scheme="light", scripts=True):
        options = Options()
        options.binary_location = BROWSER
        for argument in ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars"]:
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        if not scripts:
            options.add_experimental_option(
                "prefs", {"profile.managed_default_content_settings.javascript": 2})
        self.driver = webdriver.Chrome(options=options, service=Service(DRIVER))
        self.base, self.shots, self.width = base, shots, width
        self.name = f"{scheme}-{width}"
        self.do("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.do("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500)

    def do(self, command, **arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    def open(self, path, name):
        self.driver.get(self.base + path)
        self.check(path)
        height = min(self.driver.execute_script("return document.documentElement.scrollHeight"), 4000)
        shot = self.do(
            "Page.captureScreenshot", captureBeyondViewport=True,
            clip={"x": 0, "y": 0, "width": self.width, "height": height, "scale": 1})
        (self.shots / f"{self.name}-{name}.png").write_bytes(base64.b64decode(shot["data"]))
        return self

    def check(self, path):
        ask = self.driver.execute_script
        assert ask("return document.scrollingElement.scrollWidth") <= self.width, f"{path} is too wide at {self.width}"
        assert ask("return window.hacked") is None, f"{path} ran what came from outside"
        assert ask("return document.querySelectorAll('main').length") == 1 and self.one("h1").text, path
        assert ask("return document.documentElement.lang") == "en" and self.driver.title.endswith("· Sluice"), path
        unnamed = ask(
            "return [...document.querySelectorAll('input:not([type=hidden]),textarea,button,a')].filter("
            "e => !(e.labels?.length || e.textContent.trim() || e.getAttribute('aria-label'))).length")
        assert unnamed == 0, f"{path}: {unnamed} controls have no name"
        foreign = ask(
            "return performance.getEntriesByType('resource').map(e => e.name).filter("
            "n => !n.startsWith(location.origin + '/') && !n.startsWith('data:'))")
        assert foreign == [], f"{path} fetched {foreign}"

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def press(self, key):
        self.one("body").send_keys(key)

    def main(self):
        return self.one("main").text

    def until(self, holds, what):
        for _ in range(100):
            try:
                if holds():
                    return
            except WebDriverException:
                pass  # The page went while it was looked at.
            time.sleep(0.1)
        raise AssertionError(f"it never happened: {what}; at {self.driver.current_url}:\n{self.main()[:600]}")

    def follow(self, act, holds, what):
        """Does what leads to another page, and waits until that one is there: the page that is left may hold it too."""
        left = self.one("html")
        act()
        self.until(lambda: gone(left) and holds(), what)

    def close(self):
        said = [line for line in self.driver.get_log("browser") if line["level"] in ("SEVERE", "WARNING")]
        self.driver.quit()
        assert said == [], f"the console of {self.name}: {said}"


def gone(element):
    try:
        element.is_enabled()
        return False
    except StaleElementReferenceException:
        return True


def documents():
    """Labelled ones, so that a shard is open, and some that a person has to look at."""
    subjects = "harbour orchard lantern quarry saddle kettle thicket ferry anvil meadow".split()
    verbs = "waited argued mended carried forgot painted buried traded measured followed".split()

    def text(seed, count):
        return " ".join(
            f"The {subjects[(seed * 7 + i * 3) % 10]} {verbs[(seed + i * i) % 10]} beside the "
            f"{subjects[(seed * 3 + i * 5 + 1) % 10]} number {seed * 101 + i}." for i in range(count))

    labelled = [{"id": f"real-{i}", "text": text(i, 40)} for i in range(30)]
    doubtful = [
        {"id": f"doubt-{i}", "text": f"{EVIL} short text number {i}: " + text(900 + i, 2),
         "metadata": {"url": f"https://doubt.example.org/{i}?a=b&c=<i>"}} for i in range(4)]
    doubtful[0]["metadata"]["url"] = "javascript:alert(1)//" + EVIL
    doubtful[0]["id"] = EVIL
    return labelled, doubtful


def pages(document):
    """Every page there is, and a name for its picture."""
    return [
        ("/", "overview"), ("/review", "review"), ("/shards", "shards"), ("/shards/1", "shard"), ("/sources", "sources"),
        (f"/document/{document}", "document"), ("/search?q=doubt.example.org", "found"),
        ("/search?q=" + urllib.parse.quote(EVIL), "evil"), ("/search?q=nothing+at+all", "nothing"), ("/search", "help")]


def read(daemon, document):
    """Each page as it is sent."""

    def fetch(path, accept="text/html"):
        try:
            return urllib.request.urlopen(urllib.request.Request(daemon.base + path, headers={"Accept": accept}))
        except urllib.error.HTTPError as answer:
            return answer

    for path, _ in pages(document) + [("/?fragment=1", ""), ("/shards?upto=1", ""), ("/sources?upto=1", "")]:
        answer = fetch(path)
        text = answer.read().decode()
        Markup(path, text)
        assert answer.status == 200 and "<script>window" not in text and "<img src=x" not in text, path
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"], path
    for path, status in [
            ("/no/such/page", 404), ("/shards/99", 404), ("/shards/x", 404), ("/document/" + "0" * 64, 404),
            ("/document/" + EVIL.replace("/", "").translate({ord(c): f"%{ord(c):02x}" for c in "\"<> ="}), 400),
            ("/review?document=x", 400)]:
        answer = fetch(path)
        text = answer.read().decode()
        assert answer.status == status, (path, answer.status)
        if answer.headers["Content-Type"].startswith("text/html"):
            Markup(path, text)
    assert fetch("/shards/99", "*/*").headers["Content-Type"] == "application/problem+json"
    page = fetch("/").read().decode()
    for link in re.findall(r"/static/[a-z]+-[0-9a-f]{12}[.](?:css|js)", page):
        assert "immutable" in fetch(link).headers["Cache-Control"], link
    assert fetch("/static/style.css").status == 404


def look_around(desk, document):
    for path, name in pages(document):
        desk.open(path, name)


def search(desk, document):
    desk.open("/", "overview")
    for typed in ["doubt.example.org", "https://doubt.example.org/1?a=b&c=<i>", "doubt-1", "source:feed", document]:
        desk.one("#q").clear()
        desk.one("#q").send_keys(typed)
        go = desk.one(".search button").click
        if typed == document:
            desk.follow(
                go, lambda: desk.driver.current_url.endswith(f"/document/{document}"), "the document by its digest")
        elif typed == "source:feed":
            desk.follow(go, lambda: len(desk.all("tbody tr")) == 30, "the records of a source")
        else:
            desk.follow(go, lambda: desk.all(f"main a[href='/document/{document}']"), f"a search for {typed}")
            assert desk.driver.title.startswith("Found"), typed


def review(desk, daemon):
    """A verdict by a key changes the shard's ratio and adds a row to the document's provenance."""
    before = daemon.get("/v1/shards")["shards"][0]
    desk.open("/review", "review-before")
    document = desk.one("input[name=document]").get_attribute("value")
    desk.one("#note").send_keys("s is a letter here, not a verdict")
    desk.driver.execute_script("document.activeElement.blur()")
    desk.follow(lambda: desk.press("s"), lambda: desk.all(".message.good"), "the review was taken")
    desk.check("/review after a verdict")
    after = daemon.get("/v1/shards")["shards"][0]
    assert after["ratio"] != before["ratio"], (before, after)
    said = desk.one(".message.good").text
    assert "synthetic now" in said and f"{after['ratio']:.4f}" in said and f"{before['ratio']:.4f}" in said, said
    rows = daemon.get(f"/v1/documents/{document}")["provenance"]
    assert len(rows) == 2 and rows[1]["review"]["note"] == "s is a letter here, not a verdict", rows
    assert rows[1]["verdict"] == "synthetic" and rows[1]["origin"] == "reviewed"
    desk.open(f"/document/{document}", "document-reviewed")
    assert "Review 1" in desk.main() and "s is a letter here" in desk.main()

    desk.open("/review", "review-next")
    first = desk.one("input[name=document]").get_attribute("value")
    assert first != document
    desk.follow(lambda: desk.press("n"), lambda: "skip=1" in desk.driver.current_url, "the next document")
    assert desk.one("input[name=document]").get_attribute("value") != first


def overview(desk, daemon, document):
    """The overview goes on by itself, keeps what is open, and can be stopped; a switch changes the colours."""
    desk.open("/", "overview-live")
    desk.one("#d-shards summary").click()
    desk.driver.execute_script("document.activeElement.blur()")
    records = daemon.get("/v1/stats")["records"]
    daemon.post({"source": "later"}, [{"text": f"One more text, the {records}th."}])
    desk.until(lambda: f"{records + 1} records of" in desk.main().replace(",", ""), "the overview shows a new record")
    assert desk.one("#d-shards").get_attribute("open") is not None
    buttons = {button.text.split(":")[0]: button for button in desk.all(".tools button")}
    buttons["Pause updates"].click()
    daemon.post({"source": "later"}, [{"text": f"And another text, the {records + 1}th."}])
    time.sleep(3)
    assert f"{records + 1} records of" in desk.main().replace(",", "")
    ground = lambda: desk.driver.execute_script("return getComputedStyle(document.body).backgroundColor")
    before = ground()
    buttons["Colours"].click()
    buttons["Colours"].click()
    desk.until(lambda: ground() != before, "the colours change")
    desk.open(f"/document/{document}", "document-switched")
    assert ground() != before, "the choice of colours is remembered"


def without_scripts(desk, daemon, document):
    desk.driver.get(desk.base + "/")
    assert not desk.all(".tools"), "scripts run all the same"
    assert "http-equiv=\"refresh\"" in desk.driver.page_source
    desk.driver.get(desk.base + f"/review?document={document}")
    desk.follow(desk.one("button[value=real]").click, lambda: "real now" in desk.main(), "a review without scripts")
    assert daemon.get(f"/v1/documents/{document}")["provenance"][-1]["verdict"] == "real"
    desk.driver.get(desk.base + "/shards")
    desk.one("input[name=sure]").click()
    desk.follow(
        desk.one("form.card button").click,
        lambda: desk.one("h1").text == "Shard 1" and "sealed" in desk.main(), "the shard is sealed")
    assert daemon.get("/v1/shards/1")["state"] == "sealed"


def keyboard(desk):
    """The first stop of the keyboard leads past the navigation, and every stop can be seen."""
    desk.open("/", "overview")
    desk.one("body").send_keys(Keys.TAB)
    active = desk.driver.switch_to.active_element
    assert active.get_attribute("class") == "skip" and active.location["x"] >= 0
    for _ in range(8):
        desk.driver.switch_to.active_element.send_keys(Keys.TAB)
        outline = desk.driver.execute_script("return getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", desk.driver.switch_to.active_element.get_attribute("outerHTML")


def signing_in(program, folder, shots):
    """With tokens: the way in, a reader who cannot review, and the way out."""
    tokens = folder / "tokens"
    digest = hashlib.sha256(b"sluice_reader").hexdigest()
    tokens.write_text(f"reader read {digest}\n")
    tokens.chmod(0o600)
    daemon = Daemon(program, folder, tokens)
    desk = Desk(daemon.base, shots)
    try:
        desk.driver.get(daemon.base + "/review")
        desk.one("#token").send_keys("wrong")
        desk.follow(
            desk.one("button.main").click, lambda: "not valid" in desk.main(), "a wrong token is turned away")
        desk.one("#token").send_keys("sluice_reader")
        desk.follow(
            desk.one("button.main").click,
            lambda: desk.one("h1").text == "Overview" and "Nothing taken" in desk.main(), "the way in")
        assert "Authorization: Bearer" in desk.main()
        desk.follow(
            desk.one("footer button[type=submit]").click, lambda: desk.one("h1").text == "Sign in", "the way out")
        desk.driver.get_log("browser")  # It notes each answer of 401, which was the point.
        desk.close()
    finally:
        daemon.stop()


def hand_in(daemon):
    labelled, doubtful = documents()
    daemon.post({"source": "feed", "origin": "real"}, labelled)
    assert daemon.post({"source": EVIL}, doubtful)["kept"] == 4
    return daemon.get("/v1/provenance?id=doubt-1")["rows"][0]["document"]


def nothing_yet(base, shots):
    desk = Desk(base, shots)
    desk.open("/", "overview-empty")
    assert "Nothing taken in yet" in desk.main() and "curl" in desk.main()
    for path in ["/review", "/shards", "/sources"]:
        desk.open(path, path.strip("/") + "-empty")
    desk.close()


def drive(daemon, document, shots):
    for width, scheme in [(1200, "light"), (1200, "dark"), (360, "light"), (360, "dark")]:
        desk = Desk(daemon.base, shots, width, scheme)
        look_around(desk, document)
        desk.close()
    desk = Desk(daemon.base, shots)
    search(desk, document)
    review(desk, daemon)
    overview(desk, daemon, document)
    keyboard(desk)
    desk.close()
    plain = Desk(daemon.base, shots, scripts=False)
    without_scripts(plain, daemon, document)
    plain.close()


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    reason = missing()
    with tempfile.TemporaryDirectory(prefix="sluice-page-") as name:
        folder = pathlib.Path(name)
        shots = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else folder / "screenshots"
        for place in [shots, folder / "open", folder / "closed"]:
            place.mkdir(parents=True, exist_ok=True)
        daemon = Daemon(program, folder / "open")
        try:
            if not reason:
                nothing_yet(daemon.base, shots)
            document = hand_in(daemon)
            read(daemon, document)
            if not reason:
                drive(daemon, document, shots)
        finally:
            daemon.stop()
        if not reason:
            signing_in(program, folder / "closed", shots)
    print(f"the page was read, and not driven: {reason}" if reason else "the page was driven: ok")


main()
