"""Figures of one command: wall clock, CPU seconds of its process tree, the peak of its resident memory (Linux)."""
import os
import resource
import subprocess
import threading
import time
from dataclasses import dataclass


@dataclass
class Run:
    """What one run of a command cost."""
    wall: float
    cpu: float
    peak_mb: float
    code: int
    output: bytes


def children_of(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
            return [int(child) for child in f.read().split()]
    except OSError:
        return []


def resident_kb(pid):
    """The resident memory of `pid` and its descendants now, in KB."""
    total = 0
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as f:
            total = next((int(line.split()[1]) for line in f if line.startswith("VmRSS:")), 0)
    except OSError:
        pass
    return total + sum(resident_kb(child) for child in children_of(pid))


def run(command, shell=False):
    """Runs `command` once, output kept, and says what it cost. One at a time: the CPU time is that of all children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    process = subprocess.Popen(command, shell=shell, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    peak, done = [0], threading.Event()

    def watch():
        while not done.wait(.02):
            peak[0] = max(peak[0], resident_kb(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    output, _ = process.communicate()
    wall = time.perf_counter() - start
    done.set()
    watcher.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(wall, cpu, peak[0] / 1024, process.returncode, output)
