#!/usr/bin/env python3
"""Loads an export with Hugging Face `datasets`, as its users will: load_datasets.py DIRECTORY"""
import json
import os
import sys
import tempfile

os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1")
from datasets import load_dataset  # noqa: E402 (the environment comes first)
from datasets.utils.logging import disable_progress_bar  # noqa: E402

directory = sys.argv[1]
with open(os.path.join(directory, "manifest.json"), encoding="utf-8") as f:
    manifest = json.load(f)
files = [os.path.join(directory, shard["name"]) for shard in manifest["shards"]]
disable_progress_bar()
with tempfile.TemporaryDirectory() as cache:
    data = load_dataset("json", data_files={"train": files}, split="train", streaming=False, cache_dir=cache)
    rows = len(data)
    first = data[0]
    names = data.column_names
    types = {name: str(kind) for name, kind in data.features["metadata"]["sluice"].items()}

assert rows == manifest["documents"], f"{rows} rows, the manifest says {manifest['documents']}"
assert names == ["id", "text", "source", "added", "created", "metadata"], names
assert isinstance(first["created"], str) and isinstance(first["metadata"]["url"], str), first
assert "int64" in types["tokens"] and "float64" in types["real"] and "float64" in types["synthetic"], types
print(f"load_datasets: {rows} rows with {len(names)} columns, as the manifest says")
