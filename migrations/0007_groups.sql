-- Rows may be written many to a statement. SQLite keeps a journal for every statement that a trigger may refuse, and that
-- cost more than most rows; so a group of records comes first, and then the addresses of all of them. What 0001 says of the
-- laws and of the traps holds here too. And progress cannot be turned back.

-- As in 0004, but an address may come until its source's progress, which never goes back, has passed its record.
DROP TRIGGER address_insert;
CREATE TRIGGER address_insert BEFORE INSERT ON address BEGIN
    SELECT RAISE(ABORT, 'address: comes with its record, once')
        WHERE EXISTS (SELECT 1 FROM address WHERE seq = NEW.seq)
        OR NOT EXISTS (
            SELECT 1 FROM record AS r CROSS JOIN progress AS p ON p.source = r.source
            WHERE r.seq = NEW.seq AND r.url_commitment IS NOT NULL AND p.next_ordinal <= r.ordinal);
END;

-- As in 0001, but what is read is not read again: a source that is done stays done, the place where reading goes on moves
-- on, and what was counted stays counted.
DROP TRIGGER progress_update;
CREATE TRIGGER progress_update BEFORE UPDATE ON progress BEGIN
    SELECT RAISE(ABORT, 'progress: every record has one decision, and none is taken back')
        WHERE NEW.source IS NOT OLD.source
        OR NEW.records IS NOT NEW.kept + NEW.duplicate_exact + NEW.duplicate_near + NEW.rejected
        OR NEW.next_ordinal < OLD.next_ordinal OR NEW.kept < OLD.kept OR NEW.rejected < OLD.rejected
        OR NEW.duplicate_exact < OLD.duplicate_exact OR NEW.duplicate_near < OLD.duplicate_near
        OR (OLD.state = 'done' AND NEW.state <> 'done')
        OR (NEW.member_offset, NEW.skip_bytes) < (OLD.member_offset, OLD.skip_bytes)
        OR NEW.text_bytes < OLD.text_bytes OR NEW.skipped_bytes < OLD.skipped_bytes;
END;
