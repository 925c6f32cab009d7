#!/usr/bin/env python3
"""Kills a daemon at random moments under mixed load and checks that nothing acknowledged is lost and nothing is there twice.

    torture.py PATH-TO-SLUICE [--kills 1000] [--seed 1] [--keep]

The load: clients that POST small bodies of JSON lines (some again, under the same Idempotency-Key, until they are
answered), files renamed into the spool, and queries. Every document's text is unique, so each must be kept exactly once.
After every so many kills, and at the end, the store is asked: every acknowledged source is there, read to its end, with
the acknowledged counts; every document exactly once; law 1 holds; `sluice verify` passes. Loopback only; ends by itself.
"""
import argparse, hashlib, http.client, json, os, random, shutil, signal, socket, sqlite3, subprocess, sys, tempfile
import threading, time

WORDS = ["amber", "basin", "cedar", "delta", "ember", "fjord", "grove", "heron", "islet", "jetty", "knoll", "larch",
         "maple", "nadir", "ochre", "plume", "quill", "ridge", "shale", "thorn", "umber", "vale", "weir", "yarrow"]


def document(number: int, generator: random.Random) -> dict:
    words = " ".join(generator.choice(WORDS) for _ in range(60))
    return {"id": f"doc-{number}", "text": f"Entry number {number} of the log: {words}. It was written down as entry {number}."}


class Load:
    """What was sent, and what was acknowledged."""

    def __init__(self, socket_path: str, spool: str, seed: int):
        self.socket_path, self.spool = socket_path, spool
        self.lock = threading.Lock()
        self.number = 0
        self.acknowledged = {}      # body's sha256 -> records
        self.sent = {}              # body's sha256 -> document texts' sha256
        self.spooled = {}
        self.queries = 0
        self.problems = []
        self.stop = threading.Event()
        self.seed = seed

    def body(self, generator: random.Random) -> bytes:
        count = generator.choice([1, 3, 20, 120])
        with self.lock:
            first = self.number
            self.number += count
        documents = [document(first + i, generator) for i in range(count)]
        data = "".join(json.dumps(d) + "\n" for d in documents).encode()
        with self.lock:
            self.sent[hashlib.sha256(data).hexdigest()] = [
                hashlib.sha256(d["text"].encode()).hexdigest() for d in documents]
        return data

    def request(self, method: str, path: str, body=None, headers={}):
        connection = http.client.HTTPConnection("localhost", timeout=20)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(20)
        try:
            connection.sock.connect(self.socket_path)
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def poster(self, index: int):
        generator = random.Random(self.seed * 1000 + index)
        pending = None
        while not self.stop.is_set():
            if pending is None:
                pending = self.body(generator)
            digest = hashlib.sha256(pending).hexdigest()
            headers = {"Content-Type": "application/x-ndjson"}
            if index % 2:
                headers["Idempotency-Key"] = digest
            try:
                status, answer = self.request("POST", f"/v1/documents?source=client-{index}", pending, headers)
            except (OSError, http.client.HTTPException):
                time.sleep(0.01)
                continue
            if status == 200:
                report = json.loads(answer)
                with self.lock:
                    self.acknowledged[digest] = report["records"]
                    if report["source"] != digest or report["records"] != len(self.sent[digest]):
                        self.problems.append(f"answer does not fit its body: {report}")
                # Sometimes the same again: the answer must be the same, and nothing be kept twice.
                if generator.random() > 0.2:
                    pending = None
            elif status in (409, 503):
                time.sleep(0.02)
            else:
                self.problems.append(f"status {status}: {answer[:200]!r}")
                pending = None

    def dropper(self):
        generator = random.Random(self.seed * 1000 + 77)
        count = 0
        while not self.stop.is_set():
            data = self.body(generator)
            digest = hashlib.sha256(data).hexdigest()
            hidden = os.path.join(self.spool, f".{count}")
            try:
                with open(hidden, "wb") as file:
                    file.write(data)
                with self.lock:
                    self.spooled[f"file-{count}.jsonl"] = digest
                os.rename(hidden, os.path.join(self.spool, f"file-{count}.jsonl"))
                count += 1
            except OSError:
                pass
            time.sleep(generator.uniform(0, 0.08))

    def asker(self):
        generator = random.Random(self.seed * 1000 + 99)
        while not self.stop.is_set():
            with self.lock:
                known = generator.choice(list(self.acknowledged)) if self.acknowledged else None
            path = generator.choice(["/v1/stats", "/v1/shards", "/v1/provenance?limit=5", "/metrics", "/v1/sources"])
            if known and generator.random() < 0.6:
                path = f"/v1/documents/{self.sent[known][0]}"
            try:
                status, answer = self.request("GET", path)
            except (OSError, http.client.HTTPException):
                time.sleep(0.01)
                continue
            self.queries += 1
            if path.startswith("/v1/documents/"):
                rows = json.loads(answer).get("provenance", []) if status == 200 else []
                if [r["decision"] for r in rows].count("kept") != 1:
                    self.problems.append(f"an acknowledged document is not kept exactly once: {status} {path}")
            elif status not in (200, 503):
                self.problems.append(f"status {status} of {path}")


def check(sluice: str, store: str, load: Load, whole: bool) -> list:
    """What is wrong in the store, which nobody writes to at the moment."""
    wrong = []
    database = sqlite3.connect(f"file:{store}/sluice.db?mode=ro", uri=True)
    sources = {row[0].hex(): row[1:] for row in database.execute(
        "SELECT s.sha256, p.state, p.records, p.kept + p.duplicate_exact + p.duplicate_near + p.rejected, s.id"
        " FROM source s JOIN progress p ON p.source = s.id")}
    with load.lock:
        acknowledged = dict(load.acknowledged)
        spooled = dict(load.spooled)
    for digest, records in acknowledged.items():
        if digest not in sources:
            wrong.append(f"acknowledged source {digest} is missing")
        elif sources[digest][0] != "done" or sources[digest][1] != records:
            wrong.append(f"acknowledged source {digest} is {sources[digest]}, not done with {records}")
    for digest, (state, records, parts, identity) in sources.items():
        if records != parts:
            wrong.append(f"law 1 does not hold for {digest}")
        rows = database.execute("SELECT count(*) FROM record WHERE source = ?", (identity,)).fetchone()[0]
        if rows != records:
            wrong.append(f"source {digest} counts {records} records and has {rows}")
        if digest not in load.sent:
            wrong.append(f"source {digest} was never sent")
    twice = database.execute(
        "SELECT count(*) FROM (SELECT 1 FROM record WHERE decision = 'kept' GROUP BY document HAVING count(*) > 1)"
    ).fetchone()[0]
    if twice:
        wrong.append(f"{twice} documents are kept twice")
    kept = {row[0].hex() for row in database.execute("SELECT document FROM record WHERE decision = 'kept'")}
    for digest in acknowledged:
        missing = [d for d in load.sent[digest] if d not in kept]
        if missing:
            wrong.append(f"{len(missing)} documents of acknowledged source {digest} are not kept")
    spool = os.path.dirname(load.spool)
    for name in os.listdir(os.path.join(spool, "done")):
        if name.endswith(".report.json") or name.startswith("."):
            continue
        digest = spooled.get(name)
        if digest and sources.get(digest, ("missing",))[0] != "done":
            wrong.append(f"{name} is in done/ and its source is {sources.get(digest)}")
        if not os.path.exists(os.path.join(spool, "done", name + ".report.json")):
            wrong.append(f"{name} is in done/ without its report")
    if os.listdir(os.path.join(spool, "failed")):
        wrong.append("files in failed/")
    database.close()
    if whole:
        verify = subprocess.run([sluice, "verify", "--store", store, "--json"], capture_output=True)
        if verify.returncode != 0:
            wrong.append(f"verify: exit {verify.returncode} {verify.stdout[:500]!r} {verify.stderr[:500]!r}")
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sluice")
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=50, help="kills between two checks of the store")
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="sluice-torture-")
    store = os.path.join(folder, "store")
    config = os.path.join(folder, "sluice.yaml")
    with open(config, "w") as file:
        file.write('service:\n  listen: ""\n  log_level: "error"\n  disk_floor_bytes: 0\n')
    spool = os.path.join(store, "spool", "incoming")
    load = Load(os.path.join(store, "sluice.sock"), spool, arguments.seed)
    generator = random.Random(arguments.seed)
    log = open(os.path.join(folder, "log"), "wb")

    def start():
        process = subprocess.Popen(
            [arguments.sluice, "serve", "--store", store, "--config", config], stdout=log, stderr=log)
        return process

    process = start()
    while not os.path.isdir(spool):
        if process.poll() is not None:
            sys.exit(f"the daemon did not start; its log: {log.name}")
        time.sleep(0.01)
    threads = [threading.Thread(target=load.poster, args=(i,)) for i in range(4)]
    threads += [threading.Thread(target=load.dropper), threading.Thread(target=load.asker)]
    for thread in threads:
        thread.start()
    kills = early = 0
    wrong = []
    began = time.time()
    try:
        while kills < arguments.kills and not wrong and not load.problems:
            # From the first moments of a start, where it recovers, to well into the work.
            time.sleep(generator.choice([generator.uniform(0, 0.05), generator.uniform(0.05, 1.2)]))
            if process.poll() is not None:
                wrong.append(f"the daemon ended by itself with {process.returncode}")
                break
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
            if kills % arguments.every == 0:
                wrong += check(arguments.sluice, store, load, whole=kills % (4 * arguments.every) == 0)
                print(f"{kills} kills, {len(load.acknowledged)} sources acknowledged, {load.queries} queries, "
                      f"{load.number} documents sent, {time.time() - began:.0f} s", flush=True)
            process = start()
        # What was dropped is dealt with in the end, and what waits is answered.
        deadline = time.time() + 60
        load.stop.set()
        for thread in threads:
            thread.join()
        while os.listdir(spool) and [n for n in os.listdir(spool) if not n.startswith(".")] and time.time() < deadline:
            time.sleep(0.1)
        left = [n for n in os.listdir(spool) if not n.startswith(".")]
        if left:
            wrong.append(f"{len(left)} files are still in the spool")
        process.send_signal(signal.SIGTERM)
        if process.wait(timeout=15) != 0:
            wrong.append(f"SIGTERM ended it with {process.returncode}")
        wrong += check(arguments.sluice, store, load, whole=True)
    finally:
        load.stop.set()
        if process.poll() is None:
            process.kill()
            process.wait()
    wrong += load.problems
    print(json.dumps({
        "kills": kills, "acknowledged": len(load.acknowledged), "spooled": len(load.spooled),
        "documents": load.number, "queries": load.queries, "seconds": round(time.time() - began),
        "wrong": wrong[:20]}))
    if wrong:
        print(f"kept for looking at: {folder}", file=sys.stderr)
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
