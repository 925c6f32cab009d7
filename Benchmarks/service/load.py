#!/usr/bin/env python3
"""What the daemon costs beside the batch command: ingest under questions, look-up times, memory, slow connections.

    load.py PATH-TO-SLUICE NDJSON... [--clients 8] [--askers 16] [--pause-ms 50] [--idle-documents]

1. batch: `sluice ingest` of the files, wall time.
2. daemon: the same files, dealt to the clients, each sending bodies of 500 lines one after the other over the Unix
   socket's TCP twin, while the askers look up documents, each with a pause between two questions. Ratio to 1.
3. look-ups against the idle daemon with all documents in it.
4. the same while 2,000 connections drip or idle.

Loopback only; ends by itself. The figures go to docs/benchmarks.md by hand.
"""
import argparse, hashlib, http.client, json, os, shutil, signal, socket, subprocess, sys, tempfile, threading, time


def bodies(paths, lines_each):
    """Bodies of so many lines."""
    pending = []
    for path in paths:
        with open(path, "rb") as file:
            for line in file:
                pending.append(line)
                if len(pending) == lines_each:
                    yield b"".join(pending)
                    pending = []
    if pending:
        yield b"".join(pending)


class Daemon:
    def __init__(self, sluice, folder):
        self.store = os.path.join(folder, "store")
        config = os.path.join(folder, "sluice.yaml")
        with open(config, "w") as file:
            file.write('service:\n  listen: "127.0.0.1:0"\n  log_level: "info"\n  disk_floor_bytes: 0\n')
        self.log = os.path.join(folder, "log")
        self.process = subprocess.Popen(
            [sluice, "serve", "--store", self.store, "--config", config],
            stdout=subprocess.DEVNULL, stderr=open(self.log, "wb"))
        self.port = None
        while self.port is None:
            time.sleep(0.01)
            for line in open(self.log):
                entry = json.loads(line)
                if entry["msg"] == "listening" and entry["address"].startswith("127"):
                    self.port = int(entry["address"].split(":")[1])

    def memory_mb(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


def ask(port, documents, until, pause, times, index, errors):
    """Looks up one document after the other on one connection until told to stop."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    position = index * 7919
    while not until():
        position += 104729
        path = "/v1/documents/" + documents[position % len(documents)]
        start = time.perf_counter()
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
        except OSError as error:
            errors.append(str(error))
            connection.close()
            continue
        times.append(time.perf_counter() - start)
        if answer.status not in (200, 404):
            errors.append(answer.status)
        if pause:
            time.sleep(pause)
    connection.close()


def asking(port, documents, count, pause, body):
    """Runs `body` while `count` askers ask, each in a process of its own so that they wait for nobody's interpreter."""
    import multiprocessing
    context = multiprocessing.get_context("fork")
    stop, queue = context.Event(), context.Queue()

    def one(index):
        times, errors = [], []
        ask(port, documents, stop.is_set, pause, times, index, errors)
        queue.put((times, errors[:3]))

    processes = [context.Process(target=one, args=(i,)) for i in range(count)]
    for process in processes:
        process.start()
    time.sleep(0.2)
    result = body()
    stop.set()
    times, errors = [], []
    for _ in processes:
        some, wrong = queue.get()
        times += some
        errors += wrong
    for process in processes:
        process.join()
    return result, times, errors


def send(port, work, lock, seconds, errors):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    while True:
        with lock:
            body = next(work, None)
        if body is None:
            break
        while True:
            start = time.perf_counter()
            connection.request("POST", "/v1/documents", body, {"Content-Type": "application/x-ndjson"})
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                break
            errors.append(answer.status)
            time.sleep(0.05)
        seconds.append(time.perf_counter() - start)
    connection.close()


def times_ms(times):
    return {"n": len(times), "p50": round(percentile(times, .5) * 1e3, 2), "p99": round(percentile(times, .99) * 1e3, 2),
            "max": round(max(times, default=0) * 1e3, 2)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sluice")
    parser.add_argument("inputs", nargs="+")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--askers", type=int, default=16)
    parser.add_argument("--pause-ms", type=float, default=50)
    parser.add_argument("--lines", type=int, default=500)
    parser.add_argument("--slow", type=int, default=2000)
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="sluice-load-")
    figures = {}
    try:
        start = time.perf_counter()
        batch = subprocess.run(
            [arguments.sluice, "ingest", "--store", os.path.join(folder, "batch"), "--json", *arguments.inputs],
            capture_output=True)
        figures["batch"] = {"seconds": round(time.perf_counter() - start, 2), "exit": batch.returncode,
                            "records": json.loads(batch.stdout)["records"], "kept": json.loads(batch.stdout)["kept"]}
        documents = []
        for path in arguments.inputs:
            with open(path, "rb") as file:
                for number, line in enumerate(file):
                    if number % 10 == 0:
                        documents.append(hashlib.sha256(json.loads(line)["text"].encode()).hexdigest())
        daemon = Daemon(arguments.sluice, folder)
        prepared = list(bodies(arguments.inputs, arguments.lines))

        def ingest():
            work, lock, seconds, errors = iter(prepared), threading.Lock(), [], []
            cpu, start = daemon.cpu(), time.perf_counter()
            threads = [threading.Thread(target=send, args=(daemon.port, work, lock, seconds, errors))
                       for _ in range(arguments.clients)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            return time.perf_counter() - start, daemon.cpu() - cpu, seconds, errors

        (wall, cpu, seconds, refused), times, errors = asking(
            daemon.port, documents, arguments.askers, arguments.pause_ms / 1e3, ingest)
        figures["daemon"] = {
            "seconds": round(wall, 2), "throughput_ratio": round(figures["batch"]["seconds"] / wall, 3),
            "cpu": round(cpu, 2), "answers_ms": times_ms(seconds), "refused": len(refused),
            "lookups_ms": times_ms(times), "errors": errors[:5], "memory_mb": round(daemon.memory_mb())}
        deadline = time.perf_counter() + 3
        _, times, errors = asking(
            daemon.port, documents, 1, 0, lambda: time.sleep(max(0, deadline - time.perf_counter())))
        figures["idle_lookups_ms"] = times_ms(times) | {"errors": errors[:3]}
        slow = []
        for number in range(arguments.slow):
            try:
                connection = socket.create_connection(("127.0.0.1", daemon.port), timeout=5)
            except OSError:
                break
            if number % 2:
                connection.sendall(b"POST /v1/documents HTTP/1.1\r\nHost: localhost\r\nContent-Type: ")
            slow.append(connection)

        def drip():
            end = time.perf_counter() + 15
            while time.perf_counter() < end:
                for connection in slow[1::2]:
                    try:
                        connection.send(b"a")
                    except OSError:
                        pass
                time.sleep(1)

        _, times, errors = asking(daemon.port, documents, 2, 0.01, drip)
        figures["with_slow_connections"] = {
            "opened": len(slow), "lookups_ms": times_ms(times), "errors": errors[:3],
            "memory_mb": round(daemon.memory_mb())}
        for connection in slow:
            connection.close()
        figures["exit"] = daemon.stop()
        print(json.dumps(figures, indent=1))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
