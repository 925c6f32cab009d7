-- The store, first version. This file is the only place where these tables are written down; it never changes once
-- released (a test pins its digest). What holds here holds for every program and for hand-typed SQL:
--
--   * history is append-only: source, run, batch, record, document, text, admission, release, release_document;
--   * a shard's ratio never passes its cap, and a sealed shard never changes;
--   * only address may be erased; only progress, and a shard's state when it is sealed, may be updated;
--   * lookup is derived, and free.
--
-- The laws are triggers, not CHECKs or foreign keys, because a bare shell can switch both of those off. Three traps
-- they are written around: INSERT OR REPLACE deletes the old row without firing its DELETE triggers, so every BEFORE
-- INSERT refuses an existing key; an "UPDATE OF column" trigger does not see a change through "rowid", so none names
-- columns; and a table with both a rowid and another key has two ways to be replaced, so a key that is not an integer
-- means WITHOUT ROWID. In a BEFORE INSERT trigger an omitted INTEGER PRIMARY KEY reads as -1, which every one refuses.
--
-- Masses (synthetic, real) are integers in thousandths of a token. They stay below 9e12 and a cap below 1e6 millionths,
-- so that both sides of the cap's inequality fit 64 bits; past that SQLite would go on in floating point.

PRAGMA application_id = 0x534C5543; -- "SLUC"

-- What must never change in a store: its format, the parameters of deduplication.
CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER meta_insert BEFORE INSERT ON meta BEGIN
    SELECT RAISE(ABORT, 'append-only: meta') WHERE EXISTS (SELECT 1 FROM meta WHERE key = NEW.key);
END;
CREATE TRIGGER meta_update BEFORE UPDATE ON meta BEGIN SELECT RAISE(ABORT, 'append-only: meta'); END;
CREATE TRIGGER meta_delete BEFORE DELETE ON meta BEGIN SELECT RAISE(ABORT, 'append-only: meta'); END;

-- One execution of an ingest. The only table, with batch, in which two stores of the same input differ.
CREATE TABLE run (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    uuid TEXT NOT NULL,
    tool_version TEXT NOT NULL,
    config_digest BLOB NOT NULL CHECK (length(config_digest) = 32),
    model BLOB CHECK (length(model) = 32),       -- the detector's model file; null where none was loaded
    started_us INTEGER NOT NULL,                 -- microseconds since 1970, UTC
    workers INTEGER NOT NULL CHECK (workers > 0)
) STRICT;

CREATE TRIGGER run_insert BEFORE INSERT ON run BEGIN
    SELECT RAISE(ABORT, 'append-only: run') WHERE NEW.id IS NOT (SELECT ifnull(max(id), 0) + 1 FROM run);
END;
CREATE TRIGGER run_update BEFORE UPDATE ON run BEGIN SELECT RAISE(ABORT, 'append-only: run'); END;
CREATE TRIGGER run_delete BEFORE DELETE ON run BEGIN SELECT RAISE(ABORT, 'append-only: run'); END;

-- An input, known by its bytes. Its numbers follow the order in which sources first came.
CREATE TABLE source (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
    name TEXT NOT NULL,
    bytes INTEGER NOT NULL CHECK (bytes >= 0),
    format TEXT NOT NULL,
    label TEXT,                                  -- what the operator calls it
    declared TEXT                                -- JSON: what the operator declares of its author
) STRICT;

CREATE TRIGGER source_insert BEFORE INSERT ON source BEGIN
    SELECT RAISE(ABORT, 'append-only: source')
        WHERE NEW.id IS NOT (SELECT ifnull(max(id), 0) + 1 FROM source)
        OR EXISTS (SELECT 1 FROM source WHERE sha256 = NEW.sha256);
END;
CREATE TRIGGER source_update BEFORE UPDATE ON source BEGIN SELECT RAISE(ABORT, 'append-only: source'); END;
CREATE TRIGGER source_delete BEFORE DELETE ON source BEGIN SELECT RAISE(ABORT, 'append-only: source'); END;

-- How far a source has been read, and what became of it so far: a projection of record, moved in a batch's transaction.
CREATE TABLE progress (
    source INTEGER PRIMARY KEY REFERENCES source,
    state TEXT NOT NULL CHECK (state IN ('reading', 'done')),
    member_offset INTEGER NOT NULL CHECK (member_offset >= 0),  -- of the compressed member to go on at, in bytes
    skip_bytes INTEGER NOT NULL CHECK (skip_bytes >= 0),        -- decompressed bytes of it that are done already
    next_ordinal INTEGER NOT NULL CHECK (next_ordinal >= 0),
    records INTEGER NOT NULL,
    kept INTEGER NOT NULL CHECK (kept >= 0),
    duplicate_exact INTEGER NOT NULL CHECK (duplicate_exact >= 0),
    duplicate_near INTEGER NOT NULL CHECK (duplicate_near >= 0),
    rejected INTEGER NOT NULL CHECK (rejected >= 0),
    text_bytes INTEGER NOT NULL CHECK (text_bytes >= 0),
    skipped_bytes INTEGER NOT NULL CHECK (skipped_bytes >= 0),
    CHECK (records = kept + duplicate_exact + duplicate_near + rejected)
) STRICT;

CREATE TRIGGER progress_insert BEFORE INSERT ON progress BEGIN
    SELECT RAISE(ABORT, 'progress: begins with its source, once')
        WHERE EXISTS (SELECT 1 FROM progress WHERE source = NEW.source)
        OR NOT EXISTS (SELECT 1 FROM source WHERE id = NEW.source);
END;
CREATE TRIGGER progress_update BEFORE UPDATE ON progress BEGIN
    SELECT RAISE(ABORT, 'progress: every record has one decision, and none is taken back')
        WHERE NEW.source IS NOT OLD.source
        OR NEW.records IS NOT NEW.kept + NEW.duplicate_exact + NEW.duplicate_near + NEW.rejected
        OR NEW.next_ordinal < OLD.next_ordinal OR NEW.kept < OLD.kept OR NEW.rejected < OLD.rejected
        OR NEW.duplicate_exact < OLD.duplicate_exact OR NEW.duplicate_near < OLD.duplicate_near;
END;
CREATE TRIGGER progress_delete BEFORE DELETE ON progress BEGIN SELECT RAISE(ABORT, 'progress: cannot be deleted'); END;

-- Which run wrote the records from first_seq on, and when: by range, so that record itself holds neither.
CREATE TABLE batch (
    first_seq INTEGER PRIMARY KEY CHECK (first_seq > 0),
    records INTEGER NOT NULL CHECK (records > 0),
    run INTEGER NOT NULL REFERENCES run,
    time_us INTEGER NOT NULL                     -- microseconds since 1970, UTC
) STRICT;

CREATE TRIGGER batch_insert BEFORE INSERT ON batch BEGIN
    SELECT RAISE(ABORT, 'append-only: batch')
        WHERE NEW.first_seq IS NOT (SELECT ifnull(max(seq), 0) + 1 FROM record)
        OR EXISTS (SELECT 1 FROM batch WHERE first_seq >= NEW.first_seq)
        OR NOT EXISTS (SELECT 1 FROM run WHERE id = NEW.run);
END;
CREATE TRIGGER batch_update BEFORE UPDATE ON batch BEGIN SELECT RAISE(ABORT, 'append-only: batch'); END;
CREATE TRIGGER batch_delete BEFORE DELETE ON batch BEGIN SELECT RAISE(ABORT, 'append-only: batch'); END;

-- The provenance rows: one a record, in the order of decision. Its constraints say OR where IN would read better: for
-- three values or more SQLite builds a table at every insert, which costs more than the row.
CREATE TABLE record (
    seq INTEGER PRIMARY KEY CHECK (seq > 0),
    source INTEGER NOT NULL REFERENCES source,
    ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
    offset INTEGER NOT NULL CHECK (offset >= 0),
    record_id TEXT,
    captured TEXT,
    url_commitment BLOB CHECK (length(url_commitment) = 32),    -- SHA-256(salt ‖ url); both sit in address
    document BLOB CHECK (length(document) = 32),                -- SHA-256 of the text as stored
    decision TEXT NOT NULL CHECK (decision = 'kept' OR decision = 'duplicate' OR decision = 'rejected'),
    reason TEXT,
    reason_detail TEXT,
    duplicate_seq INTEGER REFERENCES record,
    duplicate_kind TEXT CHECK (duplicate_kind IN ('exact', 'near')),
    similarity REAL CHECK (similarity BETWEEN 0 AND 1),
    verdict TEXT CHECK (verdict = 'real' OR verdict = 'synthetic' OR verdict = 'uncertain'),
    origin TEXT CHECK (origin = 'prior' OR origin = 'detected' OR origin = 'declared' OR origin = 'reviewed'),
    probability REAL CHECK (probability BETWEEN 0 AND 1),
    evidence TEXT,                                              -- JSON array of {kind, weight, detail}
    tokens INTEGER CHECK (tokens >= 0),                         -- words of the document
    UNIQUE (source, ordinal),
    CHECK ((decision = 'rejected') = (reason IS NOT NULL)),
    CHECK ((decision = 'rejected') = (document IS NULL)),
    CHECK (reason IS NOT NULL OR reason_detail IS NULL),
    CHECK ((document IS NULL) = (tokens IS NULL)),
    CHECK ((decision = 'duplicate') = (duplicate_seq IS NOT NULL)),
    CHECK ((duplicate_seq IS NULL) = (duplicate_kind IS NULL)),
    CHECK ((duplicate_seq IS NULL) = (similarity IS NULL)),
    CHECK (duplicate_seq < seq),
    CHECK (decision <> 'kept' OR verdict IS NOT NULL),
    CHECK (decision <> 'rejected' OR verdict IS NULL),
    CHECK ((verdict IS NULL) = (origin IS NULL)),
    CHECK ((verdict IS NULL) = (probability IS NULL)),
    CHECK ((verdict IS NULL) = (evidence IS NULL))
) STRICT;

CREATE TRIGGER record_insert BEFORE INSERT ON record BEGIN
    SELECT RAISE(ABORT, 'append-only: record')
        WHERE NEW.seq IS NOT (SELECT ifnull(max(seq), 0) + 1 FROM record);
    SELECT RAISE(ABORT, 'record: the ordinals of a source rise')
        WHERE NEW.ordinal <= coalesce(
            (SELECT max(ordinal) FROM record WHERE source = NEW.source), (SELECT -1 FROM source WHERE id = NEW.source),
            9223372036854775807);
    SELECT RAISE(ABORT, 'record: a duplicate names an earlier kept record')
        WHERE (NEW.decision IS 'duplicate') IS NOT (NEW.duplicate_seq IS NOT NULL)
        OR (NEW.duplicate_seq IS NOT NULL
            AND (SELECT decision FROM record WHERE seq = NEW.duplicate_seq) IS NOT 'kept');
END;
CREATE TRIGGER record_update BEFORE UPDATE ON record BEGIN SELECT RAISE(ABORT, 'append-only: record'); END;
CREATE TRIGGER record_delete BEFORE DELETE ON record BEGIN SELECT RAISE(ABORT, 'append-only: record'); END;

-- Where a record was captured: personal data, so it may be deleted, but neither changed nor put back.
CREATE TABLE address (
    seq INTEGER PRIMARY KEY REFERENCES record,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    url TEXT NOT NULL,
    host TEXT NOT NULL,
    url_key INTEGER NOT NULL,                    -- what the two are looked up by: see lookup
    host_key INTEGER NOT NULL
) STRICT;

CREATE TRIGGER address_insert BEFORE INSERT ON address BEGIN
    SELECT RAISE(ABORT, 'address: comes with its record, once')
        WHERE EXISTS (SELECT 1 FROM address WHERE seq = NEW.seq)
        OR (SELECT url_commitment FROM record WHERE seq = NEW.seq) IS NULL;
END;
CREATE TRIGGER address_update BEFORE UPDATE ON address BEGIN SELECT RAISE(ABORT, 'address: may only be erased'); END;

-- What records are found by: eight bytes each of the digests of their document, record id, URL and host. A record's
-- keys are written once 16,384 records are complete, in sorted order behind those of the 16,384 before: an index in the
-- usual sense would change three pages of the file for every record, and cost more than all the rest. Records after the
-- last whole segment are found by reading them. Derived: whoever empties this table loses nothing but a moment.
CREATE TABLE lookup (
    segment INTEGER NOT NULL,                    -- of the records from 16384 * segment + 1 to 16384 * (segment + 1)
    key INTEGER NOT NULL,                        -- the first eight bytes of a SHA-256, big-endian, signed
    seq INTEGER NOT NULL,                        -- 0 in the one row that marks a segment as written
    PRIMARY KEY (segment, key, seq)
) STRICT, WITHOUT ROWID;

-- A digest of an address would let it be guessed, so it goes when the address does.
CREATE TRIGGER address_deleted AFTER DELETE ON address BEGIN
    DELETE FROM lookup
        WHERE segment = (OLD.seq - 1) / 16384 AND key IN (OLD.url_key, OLD.host_key) AND seq = OLD.seq;
END;

-- A kept document: what deduplication remembers of it, and its two masses.
CREATE TABLE document (
    seq INTEGER PRIMARY KEY REFERENCES record,
    content_key BLOB NOT NULL CHECK (length(content_key) = 32), -- SHA-256 of the normalised words
    bands BLOB NOT NULL,                                        -- the band keys, as the near-duplicate index packs them
    tokens INTEGER NOT NULL CHECK (tokens > 0),
    synthetic INTEGER NOT NULL CHECK (synthetic >= 0),
    real INTEGER NOT NULL CHECK (real >= 0),
    CHECK (synthetic + real = 1000 * tokens)
) STRICT;

CREATE TRIGGER document_insert BEFORE INSERT ON document BEGIN
    SELECT RAISE(ABORT, 'append-only: document')
        WHERE EXISTS (SELECT 1 FROM document WHERE seq = NEW.seq);
    SELECT RAISE(ABORT, 'document: belongs to a kept record of as many tokens')
        WHERE NOT EXISTS (SELECT 1 FROM record WHERE seq = NEW.seq AND decision = 'kept' AND tokens = NEW.tokens);
    SELECT RAISE(ABORT, 'document: the masses are not those of its tokens')
        WHERE NOT (NEW.tokens BETWEEN 1 AND 1000000000 AND NEW.synthetic BETWEEN 0 AND 1000 * NEW.tokens
            AND NEW.synthetic + NEW.real = 1000 * NEW.tokens);
END;
CREATE TRIGGER document_update BEFORE UPDATE ON document BEGIN SELECT RAISE(ABORT, 'append-only: document'); END;
CREATE TRIGGER document_delete BEFORE DELETE ON document BEGIN SELECT RAISE(ABORT, 'append-only: document'); END;

-- The text of a kept document, one zstd frame.
CREATE TABLE text (
    seq INTEGER PRIMARY KEY REFERENCES document,
    raw_bytes INTEGER NOT NULL CHECK (raw_bytes > 0),
    body BLOB NOT NULL
) STRICT;

CREATE TRIGGER text_insert BEFORE INSERT ON text BEGIN
    SELECT RAISE(ABORT, 'append-only: text')
        WHERE EXISTS (SELECT 1 FROM text WHERE seq = NEW.seq)
        OR NOT EXISTS (SELECT 1 FROM document WHERE seq = NEW.seq);
END;
CREATE TRIGGER text_update BEFORE UPDATE ON text BEGIN SELECT RAISE(ABORT, 'append-only: text'); END;
CREATE TRIGGER text_delete BEFORE DELETE ON text BEGIN SELECT RAISE(ABORT, 'append-only: text'); END;

-- A training shard. Its totals are those of its last admission; nothing but the seal can change here. One is open at a
-- time, so that the admissions of a shard follow one another without a gap.
CREATE TABLE shard (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    cap_ppm INTEGER NOT NULL CHECK (cap_ppm BETWEEN 0 AND 1000000),    -- synthetic : real, in millionths
    target_tokens INTEGER NOT NULL CHECK (target_tokens BETWEEN 1 AND 8000000000),
    state TEXT NOT NULL CHECK (state IN ('open', 'sealed'))
) STRICT;

CREATE TRIGGER shard_insert BEFORE INSERT ON shard BEGIN
    SELECT RAISE(ABORT, 'shard: is opened after the last one was sealed, under a cap of at most 1')
        WHERE NEW.id IS NOT (SELECT ifnull(max(id), 0) + 1 FROM shard)
        OR EXISTS (SELECT 1 FROM shard WHERE state IS NOT 'sealed')
        OR NEW.state IS NOT 'open'
        OR NOT NEW.cap_ppm BETWEEN 0 AND 1000000
        OR NOT NEW.target_tokens BETWEEN 1 AND 8000000000;
END;
CREATE TRIGGER shard_update BEFORE UPDATE ON shard BEGIN
    SELECT RAISE(ABORT, 'shard: can only be sealed')
        WHERE NEW.id IS NOT OLD.id OR NEW.cap_ppm IS NOT OLD.cap_ppm OR NEW.target_tokens IS NOT OLD.target_tokens
        OR OLD.state IS NOT 'open' OR NEW.state IS NOT 'sealed';
END;
CREATE TRIGGER shard_delete BEFORE DELETE ON shard BEGIN SELECT RAISE(ABORT, 'shard: cannot be deleted'); END;

-- The chain of what went into a shard (+1) and out of it (-1), with the shard's totals after each step. A total
-- follows from the row before it, so no statement can move one. A kept document that is in no shard is held; nothing
-- says so but its absence here.
CREATE TABLE admission (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    shard INTEGER NOT NULL REFERENCES shard,
    document INTEGER NOT NULL REFERENCES document,
    action INTEGER NOT NULL CHECK (action IN (1, -1)),
    documents_after INTEGER NOT NULL CHECK (documents_after >= 0),
    synthetic_after INTEGER NOT NULL CHECK (synthetic_after BETWEEN 0 AND 9000000000000),
    real_after INTEGER NOT NULL CHECK (real_after BETWEEN 0 AND 9000000000000)
) STRICT;

-- A shard's rows in order of admission, and its last one.
CREATE INDEX admission_shard ON admission (shard);

-- Where a document is: in the shard where its actions add up to 1. Answers without the table.
CREATE INDEX admission_document ON admission (document, shard, action);

CREATE TRIGGER admission_insert BEFORE INSERT ON admission BEGIN
    SELECT RAISE(ABORT, 'admission: the document is not where it would have to be')
        WHERE NOT CASE NEW.action
            WHEN 1 THEN ifnull((SELECT sum(action) FROM admission WHERE document = NEW.document), 0) = 0
            WHEN -1 THEN
                (SELECT sum(action) FROM admission WHERE document = NEW.document AND shard = NEW.shard) IS 1
            ELSE 0 END;
    SELECT RAISE(ABORT, 'admission: not the next step of an open shard within its cap')
        WHERE NOT EXISTS (
            SELECT 1 FROM shard AS s CROSS JOIN document AS d
            LEFT JOIN admission AS p ON p.id = (SELECT max(id) FROM admission)
            WHERE s.id = NEW.shard AND s.state = 'open' AND d.seq = NEW.document
                AND NEW.id = ifnull(p.id, 0) + 1
                AND NEW.documents_after = iif(p.shard = s.id, p.documents_after, 0) + NEW.action
                AND NEW.synthetic_after = iif(p.shard = s.id, p.synthetic_after, 0) + NEW.action * d.synthetic
                AND NEW.real_after = iif(p.shard = s.id, p.real_after, 0) + NEW.action * d.real
                AND NEW.synthetic_after BETWEEN 0 AND 9000000000000 AND NEW.real_after BETWEEN 0 AND 9000000000000
                AND NEW.synthetic_after * 1000000 <= s.cap_ppm * NEW.real_after);
END;
CREATE TRIGGER admission_update BEFORE UPDATE ON admission BEGIN SELECT RAISE(ABORT, 'append-only: admission'); END;
CREATE TRIGGER admission_delete BEFORE DELETE ON admission BEGIN SELECT RAISE(ABORT, 'append-only: admission'); END;

-- A named, frozen export. Its documents are written first; the row that names it freezes them.
CREATE TABLE release (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    name TEXT NOT NULL UNIQUE,
    cap_ppm INTEGER NOT NULL CHECK (cap_ppm BETWEEN 0 AND 1000000),
    documents INTEGER NOT NULL CHECK (documents >= 0),
    ledger_size INTEGER NOT NULL CHECK (ledger_size >= 0),      -- the last seq it could see
    manifest_sha256 BLOB NOT NULL CHECK (length(manifest_sha256) = 32)
) STRICT;

-- Keyed by release first; a document's releases are found by one probe a release.
CREATE TABLE release_document (
    release INTEGER NOT NULL REFERENCES release DEFERRABLE INITIALLY DEFERRED,
    document INTEGER NOT NULL REFERENCES document,
    PRIMARY KEY (release, document)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER release_insert BEFORE INSERT ON release BEGIN
    SELECT RAISE(ABORT, 'append-only: release')
        WHERE NEW.id IS NOT (SELECT ifnull(max(id), 0) + 1 FROM release)
        OR EXISTS (SELECT 1 FROM release WHERE name = NEW.name);
    SELECT RAISE(ABORT, 'release: the documents are not as many as it says')
        WHERE NEW.documents IS NOT (SELECT count(*) FROM release_document WHERE release = NEW.id);
END;
CREATE TRIGGER release_update BEFORE UPDATE ON release BEGIN SELECT RAISE(ABORT, 'append-only: release'); END;
CREATE TRIGGER release_delete BEFORE DELETE ON release BEGIN SELECT RAISE(ABORT, 'append-only: release'); END;

CREATE TRIGGER release_document_insert BEFORE INSERT ON release_document BEGIN
    SELECT RAISE(ABORT, 'append-only: release')
        WHERE NEW.release IS NOT (SELECT ifnull(max(id), 0) + 1 FROM release)
        OR EXISTS (SELECT 1 FROM release_document WHERE release = NEW.release AND document = NEW.document)
        OR NOT EXISTS (SELECT 1 FROM document WHERE seq = NEW.document);
END;
CREATE TRIGGER release_document_update BEFORE UPDATE ON release_document BEGIN
    SELECT RAISE(ABORT, 'append-only: release');
END;
CREATE TRIGGER release_document_delete BEFORE DELETE ON release_document BEGIN
    SELECT RAISE(ABORT, 'append-only: release');
END;

-- Every shard with its totals as they stand.
CREATE VIEW shard_total AS
    SELECT s.id AS shard, s.state, s.cap_ppm, s.target_tokens,
        ifnull(a.documents_after, 0) AS documents,
        (ifnull(a.synthetic_after, 0) + ifnull(a.real_after, 0)) / 1000 AS tokens,
        ifnull(a.synthetic_after, 0) AS synthetic, ifnull(a.real_after, 0) AS real
    FROM shard AS s
    LEFT JOIN admission AS a ON a.id = (SELECT max(id) FROM admission WHERE shard = s.id);
