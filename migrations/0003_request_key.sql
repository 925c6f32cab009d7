-- What clients of the service said under which key, so that saying it again is known for what it is. A convenience with
-- a date, not history: rows may go.
CREATE TABLE request_key (
    key BLOB NOT NULL PRIMARY KEY CHECK (length(key) = 32),     -- SHA-256 of the caller and the key
    payload BLOB NOT NULL CHECK (length(payload) = 32),         -- SHA-256 of the body and of what was said of it
    time_us INTEGER NOT NULL                                    -- microseconds since 1970, UTC
) STRICT, WITHOUT ROWID;

-- The oldest go first.
CREATE INDEX request_key_time ON request_key (time_us);

CREATE TRIGGER request_key_insert BEFORE INSERT ON request_key BEGIN
    SELECT RAISE(ABORT, 'request_key: stands for one payload')
        WHERE EXISTS (SELECT 1 FROM request_key WHERE key = NEW.key);
END;
CREATE TRIGGER request_key_update BEFORE UPDATE ON request_key BEGIN
    SELECT RAISE(ABORT, 'request_key: stands for one payload');
END;
