#!/usr/bin/env python3
"""Generates a client from the document that a daemon serves, and works with it: generated_client.py SLUICE

Needs openapi-python-client and openapi-spec-validator.
"""
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from io import BytesIO

import openapi_spec_validator

sluice = os.path.abspath(sys.argv[1])


def hold(what, found, wanted):
    if found != wanted:
        raise SystemExit(f"generated client: {what}: found {found!r}, expected {wanted!r}")


def token(scopes):
    out = subprocess.run([sluice, "token", "client", "--scopes", scopes, "--json"], capture_output=True, check=True)
    made = json.loads(out.stdout)
    return made["token"], made["line"]


def start(folder, line):
    """A daemon on a port that the system chose, and its address."""
    with open(f"{folder}/tokens", "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write(line + "\n")
    with open(f"{folder}/sluice.yaml", "w") as file:
        file.write(f"service:\n  listen: 127.0.0.1:0\n  tokens: {folder}/tokens\n  disk_floor_bytes: 1048576\n")
    log = open(f"{folder}/log", "wb")
    daemon = subprocess.Popen([sluice, "serve", "--store", f"{folder}/store", "--config", f"{folder}/sluice.yaml"],
                              stderr=log)
    for _ in range(300):
        with open(f"{folder}/log", encoding="utf-8") as file:
            entries = [json.loads(entry) for entry in file if entry.endswith("\n")]
        places = [e["address"] for e in entries if e["msg"] == "listening" and e["address"].startswith("127.")]
        if places:
            return daemon, "http://" + places[0]
        if daemon.poll() is not None:
            break
        time.sleep(0.1)
    daemon.kill()
    raise SystemExit("generated client: the daemon did not start; its log: " + open(f"{folder}/log").read())


def generate(folder, url):
    with urllib.request.urlopen(url + "/openapi.json", timeout=10) as answer:
        document = json.load(answer)
    openapi_spec_validator.validate(document)
    with open(f"{folder}/openapi.json", "w", encoding="utf-8") as file:
        json.dump(document, file)
    # The generator knows types by name; these are sent and read as they are.
    with open(f"{folder}/generator.json", "w") as file:
        types = {name: "application/octet-stream" for name in
                 ["application/x-ndjson", "application/warc", "text/plain", "application/zstd", "application/gzip"]}
        types["application/problem+json"] = "application/json"
        json.dump({"post_hooks": [], "content_type_overrides": types}, file)
    made = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", "generate", "--path", f"{folder}/openapi.json", "--meta", "none",
         "--config", f"{folder}/generator.json", "--output-path", f"{folder}/sluice_client", "--fail-on-warning"],
        capture_output=True, text=True)
    hold("the generator's exit code, with " + made.stdout + made.stderr, made.returncode, 0)
    sys.path.insert(0, folder)


def work(url, secret):
    from sluice_client import AuthenticatedClient
    from sluice_client.api.documents import ingest_documents, read_text, show_document
    from sluice_client.api.exports import fetch_export_file, make_export, show_export
    from sluice_client.api.provenance import list_provenance, list_sources, show_statistics
    from sluice_client.api.reviews import review_document
    from sluice_client.api.shards import list_shards, seal_shard, stream_shard
    from sluice_client.models import (Decision, ExportRequest, ExportState, IngestDocumentsOrigin, Problem, Reason,
                                      ReviewRequest, Verdict)
    from sluice_client.types import File

    texts = [f"On day {n} the ferry left harbour {n * 7} with {n * 13} barrels and letter number {n * 31}." for n in range(12)]
    lines = [json.dumps({"id": f"d{n}", "text": text}) for n, text in enumerate(texts)]
    lines += ["{\"text\": 7", lines[3]]
    body = "\n".join(lines).encode() + b"\n"
    with AuthenticatedClient(base_url=url, token=secret) as client:
        def ingest(key):
            return ingest_documents.sync(client=client, body=File(payload=BytesIO(body)), source="log", name="a.jsonl",
                                         origin=IngestDocumentsOrigin.REAL, idempotency_key=key)
        report = ingest("one")
        hold("records", (report.records, report.kept, report.duplicates.exact), (14, 12, 1))
        hold("errors", [(e.ordinal, e.reason) for e in report.errors], [(12, Reason.INVALID_JSON)])
        hold("source", report.source, hashlib.sha256(body).hexdigest())
        hold("the same key", ingest("one").to_dict(), report.to_dict())

        seen, cursor = [], None
        while True:
            page = list_provenance.sync(client=client, source="log", limit=5, **({"cursor": cursor} if cursor else {}))
            seen += page.rows
            cursor = page.next_
            if cursor is None:
                break
        hold("ordinals", [row.record.ordinal for row in seen], list(range(14)))
        hold("the last decision", seen[-1].decision, Decision.DUPLICATE)
        digest = hashlib.sha256(texts[3].encode()).hexdigest()
        hold("what it repeats", seen[-1].duplicate_of.document, digest)
        hold("a document's rows", len(show_document.sync(digest, client=client).provenance), 2)
        answer = read_text.sync_detailed(digest, client=client)
        hold("a text", answer.content.decode(), texts[3])
        hold("sources", [s.name for s in list_sources.sync(client=client).sources], ["log"])

        reviewed = review_document.sync(client=client, body=ReviewRequest(document=digest, verdict=Verdict.REAL, note="seen"))
        hold("a review", (reviewed.verdict, reviewed.review), (Verdict.REAL, 1))
        hold("the sealed shard", seal_shard.sync(client=client).documents, 12)
        hold("sealing again", isinstance(seal_shard.sync(client=client), Problem), True)
        hold("shards", [s.state.value for s in list_shards.sync(client=client).shards], ["sealed"])
        streamed = stream_shard.sync_detailed(1, client=client).content.splitlines()
        # The reviewed one was taken out and put back, behind the others.
        hold("a shard's lines", [json.loads(line)["text"] for line in streamed], texts[:3] + texts[4:] + [texts[3]])

        hold("an export", make_export.sync(client=client, body=ExportRequest(release="r1")).export, "r1")
        for _ in range(200):
            export = show_export.sync("r1", client=client)
            if export.state != ExportState.RUNNING:
                break
            time.sleep(0.05)
        hold("how it ended", export.state, ExportState.DONE)
        for file in export.files:
            content = fetch_export_file.sync_detailed("r1", file.name, client=client).content
            hold(f"the length of {file.name}", len(content), file.bytes_)
        stats = show_statistics.sync(client=client)
        hold("figures", (stats.records, stats.kept, stats.reviews, stats.releases), (14, 12, 1, 1))
    with AuthenticatedClient(base_url=url, token="sluice_wrong") as stranger:
        hold("a wrong token", show_statistics.sync(client=stranger).status, 401)


with tempfile.TemporaryDirectory() as folder:
    secret, line = token("ingest,read,export,admin")
    daemon, url = start(folder, line)
    try:
        generate(folder, url)
        work(url, secret)
    finally:
        daemon.send_signal(signal.SIGTERM)
        try:
            code = daemon.wait(timeout=15)
        except subprocess.TimeoutExpired:
            daemon.kill()
            raise SystemExit("generated client: the daemon did not end within 15 s of SIGTERM")
    hold("the daemon's exit code", code, 0)
print("generated client: it ingests, asks, reviews, seals and exports")
