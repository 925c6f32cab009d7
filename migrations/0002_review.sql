-- A person's verdict on a kept document. What 0001 says of the laws and of the traps holds here too.
--
-- The record's own row stays as it was written; the latest review outranks it. With a verdict comes a mass: from then on
-- the document weighs what its latest review says, and no longer what its own row does. So that the totals of a shard
-- stay the sum of what went in and out, no document is reviewed inside of the open shard: it is taken out at the mass at
-- which it went in, reviewed, and put back. A sealed shard stays as it is; an export weighs again what it writes.

CREATE TABLE review (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    document INTEGER NOT NULL REFERENCES document,
    verdict TEXT NOT NULL CHECK (verdict = 'real' OR verdict = 'synthetic' OR verdict = 'uncertain'),
    reviewer TEXT NOT NULL CHECK (length(CAST(reviewer AS BLOB)) BETWEEN 1 AND 200),
    note TEXT CHECK (length(CAST(note AS BLOB)) BETWEEN 1 AND 2000),
    time_us INTEGER NOT NULL,                    -- microseconds since 1970, UTC
    synthetic INTEGER NOT NULL CHECK (synthetic >= 0),          -- the mass in force from here on; the rest is real
    after_admission INTEGER NOT NULL CHECK (after_admission >= 0)   -- the last admission that was weighed without it
) STRICT;

-- The reviews of a document, and the latest of them by one probe.
CREATE INDEX review_document ON review (document);

CREATE TRIGGER review_insert BEFORE INSERT ON review BEGIN
    SELECT RAISE(ABORT, 'append-only: review')
        WHERE NEW.id IS NOT (SELECT ifnull(max(id), 0) + 1 FROM review);
    SELECT RAISE(ABORT, 'review: of a kept document that is in no open shard')
        WHERE NOT EXISTS (SELECT 1 FROM document WHERE seq = NEW.document)
        OR EXISTS (
            SELECT 1 FROM admission AS a JOIN shard AS s ON s.id = a.shard
            WHERE a.document = NEW.document AND s.state IS NOT 'sealed' GROUP BY a.shard HAVING sum(a.action) <> 0);
    SELECT RAISE(ABORT, 'review: by somebody, in a few words')
        WHERE NOT ifnull(length(CAST(NEW.reviewer AS BLOB)) BETWEEN 1 AND 200, 0)
        OR NOT ifnull(length(CAST(NEW.note AS BLOB)) BETWEEN 1 AND 2000, 1);
    SELECT RAISE(ABORT, 'review: the mass is not that of the verdict')
        WHERE NEW.synthetic IS NULL OR NEW.synthetic IS NOT (
            SELECT CASE NEW.verdict
                WHEN 'real' THEN 0 WHEN 'synthetic' THEN 1000 * tokens WHEN 'uncertain' THEN synthetic END
            FROM document WHERE seq = NEW.document);
    SELECT RAISE(ABORT, 'review: is not dated behind the last admission')
        WHERE NEW.after_admission IS NOT (SELECT ifnull(max(id), 0) FROM admission);
END;
CREATE TRIGGER review_update BEFORE UPDATE ON review BEGIN SELECT RAISE(ABORT, 'append-only: review'); END;
CREATE TRIGGER review_delete BEFORE DELETE ON review BEGIN SELECT RAISE(ABORT, 'append-only: review'); END;

-- As in 0001, but that a document weighs what its latest review says.
DROP TRIGGER admission_insert;
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
            LEFT JOIN review AS v ON v.id = (SELECT max(id) FROM review WHERE document = NEW.document)
            LEFT JOIN admission AS p ON p.id = (SELECT max(id) FROM admission)
            WHERE s.id = NEW.shard AND s.state = 'open' AND d.seq = NEW.document
                AND NEW.id = ifnull(p.id, 0) + 1
                AND NEW.documents_after = iif(p.shard = s.id, p.documents_after, 0) + NEW.action
                AND NEW.synthetic_after = iif(p.shard = s.id, p.synthetic_after, 0)
                    + NEW.action * ifnull(v.synthetic, d.synthetic)
                AND NEW.real_after = iif(p.shard = s.id, p.real_after, 0)
                    + NEW.action * iif(v.id IS NULL, d.real, 1000 * d.tokens - v.synthetic)
                AND NEW.synthetic_after BETWEEN 0 AND 9000000000000 AND NEW.real_after BETWEEN 0 AND 9000000000000
                AND NEW.synthetic_after * 1000000 <= s.cap_ppm * NEW.real_after);
END;
