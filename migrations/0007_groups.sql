-- Rows may be written many to a statement. SQLite keeps a journal for every statement that a trigger may refuse, and that
-- cost more than most rows; so a group of records comes first, and then the addresses of all of them. What 0001 says of the
-- laws and of the traps holds here too.

-- As in 0004, but an address may come until its source's progress, which never goes back, has passed its record.
DROP TRIGGER address_insert;
CREATE TRIGGER address_insert BEFORE INSERT ON address BEGIN
    SELECT RAISE(ABORT, 'address: comes with its record, once')
        WHERE EXISTS (SELECT 1 FROM address WHERE seq = NEW.seq)
        OR NOT EXISTS (
            SELECT 1 FROM record AS r CROSS JOIN progress AS p ON p.source = r.source
            WHERE r.seq = NEW.seq AND r.url_commitment IS NOT NULL AND p.next_ordinal <= r.ordinal);
END;
