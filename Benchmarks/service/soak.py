#!/usr/bin/env python3
"""Memory of the daemon over a long time: a steady load, and the resident memory every so often.

    soak.py PATH-TO-SLUICE NDJSON... [--minutes 30]

Bodies of 200 lines at a steady pace, each line made unique so that the store grows as in life, four askers, a file in
the spool now and then. Prints memory against documents; the index is entitled to 256 bytes a document. Loopback only.
"""
import argparse, json, os, random, shutil, sys, tempfile, threading, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import load


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sluice")
    parser.add_argument("inputs", nargs="+")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--documents-per-second", type=float, default=400)
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="sluice-soak-")
    daemon = load.Daemon(arguments.sluice, folder)
    lines = [line for path in arguments.inputs for line in open(path, "rb")]
    documents = ["0" * 64]
    stop = threading.Event()
    counts = {"sent": 0, "errors": 0}

    def unique(line, generator):
        record = json.loads(line)
        words = record["text"].split(" ")
        for index in range(0, len(words), 4):
            words[index] += format(generator.randrange(1 << 30), "x")
        record["text"] = " ".join(words)
        record["id"] = format(generator.randrange(1 << 60), "x")
        return json.dumps(record).encode() + b"\n"

    def feed():
        import http.client
        generator = random.Random(1)
        while not stop.is_set():
            began = time.time()
            body = b"".join(unique(generator.choice(lines), generator) for _ in range(200))
            try:
                connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=60)
                connection.request("POST", "/v1/documents", body, {"Content-Type": "application/x-ndjson"})
                answer = connection.getresponse()
                answer.read()
                counts["sent" if answer.status == 200 else "errors"] += 200 if answer.status == 200 else 1
                connection.close()
            except OSError:
                counts["errors"] += 1
            if generator.random() < .02:
                hidden = os.path.join(daemon.store, "spool", "incoming", ".x")
                with open(hidden, "wb") as file:
                    file.write(b"".join(unique(generator.choice(lines), generator) for _ in range(50)))
                os.rename(hidden, os.path.join(daemon.store, "spool", "incoming", f"{time.time()}.jsonl"))
            time.sleep(max(0, 200 / arguments.documents_per_second - (time.time() - began)))

    def ask():
        load.ask(daemon.port, documents, stop.is_set, .1, [], 0, [])

    threads = [threading.Thread(target=feed)] + [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    end = time.time() + 60 * arguments.minutes
    try:
        while time.time() < end:
            print(json.dumps({"minute": round((time.time() - end) / 60 + arguments.minutes, 1),
                              "memory_mb": round(daemon.memory_mb(), 1), **counts}), flush=True)
            time.sleep(min(60, max(1, end - time.time())))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        print(json.dumps({"memory_mb": round(daemon.memory_mb(), 1), **counts, "exit": daemon.stop()}), flush=True)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
