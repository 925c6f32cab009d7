"""Runs that are kept, and the rows of a table that they come to."""
import os
import shutil
import statistics
import sys
import tempfile

from measure import run


class Figures:
    """The runs of a session by name, and rows to print."""

    def __init__(self):
        self.runs, self.rows, self.place = {}, [], tempfile.mkdtemp(prefix="sluice-bench-")

    def path(self, *names):
        return os.path.join(self.place, *names)

    def run(self, name, command, codes=(0,), shell=False):
        """Runs a command that has to end well, and keeps what it cost."""
        result = run(command, shell=shell)
        if result.code not in codes:
            sys.exit(f"bench: {name} ended with exit code {result.code}: {command}")
        self.runs.setdefault(name, []).append(result)
        return result

    def values(self, name, of):
        return [getattr(result, of) for result in self.runs[name]]

    def row(self, what, figure):
        self.rows.append((what, figure))
        print(f"| {what} | {figure} |", flush=True)

    def cost(self, name, of, what, digits=2):
        self.row(what, spread(self.values(name, of), digits))

    def ratio(self, name, other, of, what):
        """Pair by pair, since whoever else uses the machine slows both sides of a pair."""
        pairs = zip(self.values(name, of), self.values(other, of))
        self.row(what, spread([a / b for a, b in pairs if b > 0]))

    def peak(self, name, what):
        self.row(what, f"{max(self.values(name, 'peak_mb')):.0f}")

    def remove(self):
        shutil.rmtree(self.place, ignore_errors=True)


def spread(values, digits=2):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def size_of(directory):
    return sum(os.path.getsize(os.path.join(directory, name)) for name in os.listdir(directory))
