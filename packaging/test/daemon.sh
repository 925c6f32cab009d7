# What a running daemon has to do, wherever it runs. Sourced; needs $store, and the configuration of the package.

socket=/run/sluice/sluice.sock
web=http://127.0.0.1:7878

step() { echo "-- $*"; }
fail() {
    echo "FAILED: $*" >&2
    exit 1
}

has_daemon() { sluice --help | grep '^  serve ' >/dev/null; }

# Tries a command once a quarter second until it holds, for the given number of seconds.
within() {
    seconds=$1 && shift
    for _ in $(seq $((seconds * 4))); do
        if "$@" >/dev/null 2>&1; then return 0; fi
        sleep 0.25
    done
    fail "not within $seconds s: $*"
}

over_socket() { curl -fsS --unix-socket "$socket" "http://localhost$1"; }

daemon_becomes_ready() {
    within 30 over_socket /readyz
    curl -fsS "$web/livez" >/dev/null || fail "it does not answer at $web"
}

daemon_works() {
    step "a dropped WET file is taken"
    install -m 644 /test/sample.warc.wet.gz "$store/spool/incoming/.sample.part"
    mv "$store/spool/incoming/.sample.part" "$store/spool/incoming/sample.warc.wet.gz"
    within 30 test -f "$store/spool/done/sample.warc.wet.gz"
    test -f "$store/spool/done/sample.warc.wet.gz.report.json" || fail "no report beside the file"

    step "a POST is answered after it was committed"
    curl -fsS -H 'Content-Type: application/x-ndjson' -H 'Content-Encoding: gzip' \
        --data-binary @/test/sample.jsonl.gz "$web/v1/documents?source=posted" >/tmp/posted
    grep -q '"records"' /tmp/posted || fail "the answer has no counts: $(head -c 300 /tmp/posted)"

    step "queries are answered"
    for path in /v1/stats /v1/sources /v1/shards '/v1/provenance?decision=duplicate&limit=1' /openapi.json; do
        curl -fsS "$web$path" >/tmp/answer || fail "$path"
    done
    curl -fsS "$web/v1/provenance?decision=kept&limit=1" >/tmp/answer
    document=$(grep -o -m 1 '"document":"[0-9a-f]\{64\}"' /tmp/answer | cut -d'"' -f4)
    curl -fsS "$web/v1/documents/$document" >/tmp/answer || fail "a document cannot be looked up"
    curl -fsS "$web/metrics" >/tmp/answer
    grep -q '^sluice_records_total{' /tmp/answer || fail "no metrics"

    step "an export is made"
    curl -fsS -H 'Content-Type: application/json' --data '{"release":"test-1"}' "$web/v1/exports" >/tmp/answer \
        || fail "no export"
    within 30 curl -fsS "$web/v1/exports/test-1/manifest.json"
    sluice verify --export "$store/exports/test-1" >/dev/null || fail "the export is not what it says"
}
