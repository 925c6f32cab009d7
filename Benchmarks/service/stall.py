#!/usr/bin/env python3
"""A writer that stands still: another program holds the store's write lock while clients go on sending.

    stall.py PATH-TO-SLUICE NDJSON... [--seconds 60] [--clients 24]

Prints the daemon's memory while it waits, what clients were told, and that everything was completed afterwards: each
client sends its bodies again until it gets a 200, so at the end every record must be in the store exactly once.
Loopback only; ends by itself.
"""
import argparse, collections, http.client, json, os, shutil, sqlite3, subprocess, sys, tempfile, threading, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import load


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sluice")
    parser.add_argument("inputs", nargs="+")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=100)
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="sluice-stall-")
    daemon = load.Daemon(arguments.sluice, folder)
    work, lock = load.bodies(arguments.inputs, 100), threading.Lock()
    told, retry, waits = collections.Counter(), collections.Counter(), []

    def send():
        while True:
            with lock:
                body = next(work, None)
            if body is None:
                return
            began = time.time()
            while True:
                connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=300)
                connection.request("POST", "/v1/documents", body, {"Content-Type": "application/x-ndjson"})
                answer = connection.getresponse()
                answer.read()
                connection.close()
                with lock:
                    told[answer.status] += 1
                    if answer.status in (429, 503):
                        retry[answer.headers.get("Retry-After")] += 1
                if answer.status == 200:
                    break
                time.sleep(float(answer.headers.get("Retry-After") or 1))
            waits.append(time.time() - began)

    holder = sqlite3.connect(os.path.join(daemon.store, "sluice.db"), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    threads = [threading.Thread(target=send) for _ in range(arguments.clients)]
    for thread in threads:
        thread.start()
    memory, end = [], time.time() + arguments.seconds
    while time.time() < end:
        time.sleep(min(5, max(0.1, end - time.time())))
        memory.append(round(daemon.memory_mb(), 1))
    during = dict(told)
    holder.execute("ROLLBACK")
    holder.close()
    for thread in threads:
        thread.join()
    answered, exit_code = dict(told), daemon.stop()
    stats = json.loads(subprocess.run(
        [arguments.sluice, "stats", "--store", daemon.store, "--json"], capture_output=True).stdout)
    lines = sum(1 for path in arguments.inputs for _ in open(path, "rb"))
    print(json.dumps({"memory_mb_while_stalled": memory, "told_while_stalled": during, "told_in_all": answered,
                      "retry_after": dict(retry), "longest_wait_s": round(max(waits), 1), "lines": lines,
                      "records": stats["records"], "exit": exit_code}))
    shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if stats["records"] == lines and exit_code == 0 else 1)


if __name__ == "__main__":
    main()
