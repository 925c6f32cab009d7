-- Less work for each row. What 0001 says of the laws and of the traps holds here too.
--
--   * address loses the column host, which was computed: twice for every row that was written, with all that it takes to
--     find it in a URL, and read only by the few who ask for hosts. They compute it now.
--   * the two things that follow from an admission are two triggers, so that one that has nothing to do costs nothing.

ALTER TABLE address DROP COLUMN host;

DROP TRIGGER admission_held;
CREATE TRIGGER admission_held AFTER INSERT ON admission WHEN NEW.action = 1 BEGIN
    DELETE FROM held WHERE document = NEW.document;
END;
CREATE TRIGGER admission_withdrawn AFTER INSERT ON admission WHEN NEW.action = -1 BEGIN
    INSERT OR IGNORE INTO held VALUES (NEW.document);
END;
