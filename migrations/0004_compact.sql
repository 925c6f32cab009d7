-- The store in less room, and opened without reading through it. What 0001 says of the laws and of the traps holds here
-- too.
--
--   * record and address are copied into tables of the same laws that take shorter forms of what is in them. Rows that
--     are there keep their form; docs/formats.md says how to read both.
--   * stretch takes the place of the index on (source, ordinal): a row for each run of records of one source.
--   * dictionary holds what texts are compressed with; it is never changed, since texts cannot be read without it.
--   * lookup is written anew, packed. held and census are derived as well: who is in no shard, and what was counted.

PRAGMA legacy_alter_table = ON; -- so that the triggers of other tables go on naming record and address
ALTER TABLE record RENAME TO record_3;
ALTER TABLE address RENAME TO address_3;
PRAGMA legacy_alter_table = OFF;

-- The provenance rows, as in 0001. A record_id that is a UUID in lower case is a BLOB: of its 16 bytes where it reads
-- <urn:uuid:…>, with a 1 before them where it stands alone. captured is an INTEGER where it is a whole second or
-- millisecond of UTC, evidence a BLOB in the form of docs/formats.md. Else all three are TEXT.
CREATE TABLE record (
    seq INTEGER PRIMARY KEY CHECK (seq > 0),
    source INTEGER NOT NULL REFERENCES source,
    ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
    offset INTEGER NOT NULL CHECK (offset >= 0),
    record_id ANY CHECK (typeof(record_id) <> 'blob' OR length(record_id) BETWEEN 16 AND 17),
    captured ANY CHECK (typeof(captured) <> 'blob' AND typeof(captured) <> 'real'),
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
    evidence ANY CHECK (typeof(evidence) <> 'integer' AND typeof(evidence) <> 'real'),
    tokens INTEGER CHECK (tokens >= 0),                         -- words of the document
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

INSERT INTO record SELECT * FROM record_3 ORDER BY seq;
DROP TABLE record_3;

-- Where in the ledger the records of a source stand: a row where a record is of another source than the one before it.
-- The records of a stretch reach up to the next one. Written by record's own trigger.
CREATE TABLE stretch (
    first_seq INTEGER PRIMARY KEY CHECK (first_seq > 0),
    source INTEGER NOT NULL REFERENCES source
) STRICT;

-- A source's stretches.
CREATE INDEX stretch_source ON stretch (source);

INSERT INTO stretch
    SELECT seq, source FROM (SELECT seq, source, lag(source) OVER (ORDER BY seq) AS before FROM record)
    WHERE before IS NOT source ORDER BY seq;

CREATE TRIGGER stretch_insert BEFORE INSERT ON stretch BEGIN
    SELECT RAISE(ABORT, 'stretch: begins where the ledger goes on with another source')
        WHERE EXISTS (SELECT 1 FROM stretch WHERE first_seq >= NEW.first_seq)
        OR (SELECT source FROM record WHERE seq = NEW.first_seq) IS NOT NEW.source
        OR (SELECT source FROM record WHERE seq = NEW.first_seq - 1) IS NEW.source;
END;
CREATE TRIGGER stretch_update BEFORE UPDATE ON stretch BEGIN SELECT RAISE(ABORT, 'append-only: stretch'); END;
CREATE TRIGGER stretch_delete BEFORE DELETE ON stretch BEGIN SELECT RAISE(ABORT, 'append-only: stretch'); END;

-- As in 0001. The last ordinal of a source is that of the record before, or else of the record that ends its last
-- stretch, which is the one before the next stretch.
CREATE TRIGGER record_insert BEFORE INSERT ON record BEGIN
    SELECT RAISE(ABORT, 'append-only: record')
        WHERE NEW.seq IS NOT (SELECT ifnull(max(seq), 0) + 1 FROM record);
    SELECT RAISE(ABORT, 'record: the ordinals of a source rise')
        WHERE NEW.ordinal <= coalesce(
            (SELECT ordinal FROM record WHERE seq = NEW.seq - 1 AND source = NEW.source),
            (SELECT ordinal FROM record WHERE seq = (
                SELECT min(first_seq) - 1 FROM stretch
                WHERE first_seq > (SELECT max(first_seq) FROM stretch WHERE source = NEW.source))),
            (SELECT -1 FROM source WHERE id = NEW.source),
            9223372036854775807);
    SELECT RAISE(ABORT, 'record: a duplicate names an earlier kept record')
        WHERE (NEW.decision IS 'duplicate') IS NOT (NEW.duplicate_seq IS NOT NULL)
        OR (NEW.duplicate_seq IS NOT NULL
            AND (SELECT decision FROM record WHERE seq = NEW.duplicate_seq) IS NOT 'kept');
END;
CREATE TRIGGER record_stretch AFTER INSERT ON record
    WHEN (SELECT source FROM record WHERE seq = NEW.seq - 1) IS NOT NEW.source
BEGIN
    INSERT INTO stretch VALUES (NEW.seq, NEW.source);
END;
CREATE TRIGGER record_update BEFORE UPDATE ON record BEGIN SELECT RAISE(ABORT, 'append-only: record'); END;
CREATE TRIGGER record_delete BEFORE DELETE ON record BEGIN SELECT RAISE(ABORT, 'append-only: record'); END;

-- Where a record was captured: personal data, so it may be deleted, but neither changed nor put back. A host that is what
-- stands between :// and the next slash takes no room.
CREATE TABLE address (
    seq INTEGER PRIMARY KEY REFERENCES record,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    url TEXT NOT NULL,
    own_host TEXT,
    host TEXT NOT NULL GENERATED ALWAYS AS (ifnull(own_host,
        substr(url, instr(url, '://') + 3, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1))) VIRTUAL
) STRICT;

INSERT INTO address (seq, salt, url, own_host)
    SELECT seq, salt, url, iif(
        instr(url, '://') > 0 AND host = substr(
            url, instr(url, '://') + 3, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1),
        NULL, host)
    FROM address_3 ORDER BY seq;
DROP TABLE address_3;

CREATE TRIGGER address_insert BEFORE INSERT ON address BEGIN
    SELECT RAISE(ABORT, 'address: comes with its record, once')
        WHERE EXISTS (SELECT 1 FROM address WHERE seq = NEW.seq)
        OR NEW.seq IS NOT (SELECT max(seq) FROM record)
        OR (SELECT url_commitment FROM record WHERE seq = NEW.seq) IS NULL;
END;
CREATE TRIGGER address_update BEFORE UPDATE ON address BEGIN SELECT RAISE(ABORT, 'address: may only be erased'); END;

-- What records are found by: four bytes each of the digests of their document and record id (kind 0), of their URL and
-- host (kind 1). A run holds the keys of 4096 * 4^level records; four runs of a level become one of the next, up to level
-- 4 for kind 0 and 2 for kind 1. Records behind the last whole run of level 0 are found by reading them. Derived: whoever
-- empties this table loses nothing but a moment.
DROP TABLE lookup;
CREATE TABLE lookup (
    id INTEGER PRIMARY KEY,                      -- kind << 48 | level << 44 | run << 12 | chunk
    entries BLOB NOT NULL                        -- what keys of this chunk there are, sorted: see docs/formats.md
) STRICT;

-- A digest of an address would let it be guessed, so it goes when the address does, with its run's others, which are
-- written again with the next records.
CREATE TRIGGER address_deleted AFTER DELETE ON address BEGIN
    DELETE FROM lookup WHERE id BETWEEN (16 << 44) + ((OLD.seq - 1) / 4096 << 12)
        AND (16 << 44) + ((OLD.seq - 1) / 4096 << 12) + 4095;
    DELETE FROM lookup WHERE id BETWEEN (17 << 44) + ((OLD.seq - 1) / 16384 << 12)
        AND (17 << 44) + ((OLD.seq - 1) / 16384 << 12) + 4095;
    DELETE FROM lookup WHERE id BETWEEN (18 << 44) + ((OLD.seq - 1) / 65536 << 12)
        AND (18 << 44) + ((OLD.seq - 1) / 65536 << 12) + 4095;
END;

-- What the texts from first_seq on are compressed with: a dictionary of zstd, learned from earlier texts.
CREATE TABLE dictionary (
    first_seq INTEGER PRIMARY KEY CHECK (first_seq > 0),
    body BLOB NOT NULL CHECK (length(body) > 0)
) STRICT;

CREATE TRIGGER dictionary_insert BEFORE INSERT ON dictionary BEGIN
    SELECT RAISE(ABORT, 'dictionary: comes right before the first row that needs it')
        WHERE NEW.first_seq IS NOT (SELECT ifnull(max(seq), 0) + 1 FROM record)
        OR EXISTS (SELECT 1 FROM dictionary WHERE first_seq = NEW.first_seq);
END;
CREATE TRIGGER dictionary_update BEFORE UPDATE ON dictionary BEGIN
    SELECT RAISE(ABORT, 'append-only: dictionary');
END;
CREATE TRIGGER dictionary_delete BEFORE DELETE ON dictionary BEGIN
    SELECT RAISE(ABORT, 'append-only: dictionary');
END;

-- Kept documents in no shard, as far as census has counted. Derived: it saves a search through all. Nothing but what is
-- true goes in; what is taken out otherwise than by an admission takes the count along, and all is searched again.
CREATE TABLE held (
    document INTEGER PRIMARY KEY
) STRICT;

INSERT INTO held
    SELECT seq FROM document AS d WHERE (SELECT sum(action) FROM admission WHERE document = d.seq) IS NOT 1;

-- Records of the ledger by what became of them, up to the one that the row 'seq' names. Derived: it saves counting.
CREATE TABLE census (
    what TEXT NOT NULL PRIMARY KEY,              -- a reason, a verdict, or 'seq'
    number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO census SELECT reason, count(*) FROM record WHERE decision = 'rejected' GROUP BY reason;
INSERT INTO census SELECT verdict, count(*) FROM record WHERE decision = 'kept' GROUP BY verdict;
INSERT INTO census SELECT 'seq', max(seq) FROM record HAVING max(seq) > 0;

CREATE TRIGGER held_insert BEFORE INSERT ON held BEGIN
    SELECT RAISE(ABORT, 'held: a kept document that is in no shard')
        WHERE NOT EXISTS (SELECT 1 FROM document WHERE seq = NEW.document)
        OR ifnull((SELECT sum(action) FROM admission WHERE document = NEW.document), 0) <> 0;
END;
CREATE TRIGGER held_update BEFORE UPDATE ON held BEGIN SELECT RAISE(ABORT, 'held: follows the admissions'); END;
CREATE TRIGGER held_deleted AFTER DELETE ON held
    WHEN ifnull((SELECT sum(action) FROM admission WHERE document = OLD.document), 0) = 0
BEGIN
    DELETE FROM census;
END;
CREATE TRIGGER census_deleted AFTER DELETE ON census WHEN EXISTS (SELECT 1 FROM census) BEGIN
    DELETE FROM census;
END;
CREATE TRIGGER admission_held AFTER INSERT ON admission BEGIN
    DELETE FROM held WHERE NEW.action = 1 AND document = NEW.document;
    INSERT OR IGNORE INTO held SELECT NEW.document WHERE NEW.action = -1;
END;
