-- What a document weighs follows from what its record says of it, so that no statement can say the one and weigh the
-- other. What 0001 says of the laws and of the traps holds here too.

-- The verdict of a detector is what its probability gives (SluiceDetect's Judge: from .95 on and up to .05), and a label
-- outweighs all else, so that the probability tells which it was. Who has nothing but the prior to go by decides nothing. No
-- record is reviewed when it is written.
CREATE TRIGGER record_verdict BEFORE INSERT ON record WHEN NEW.decision IS 'kept' OR NEW.verdict IS NOT NULL BEGIN
    SELECT RAISE(ABORT, 'record: the verdict is not the one that its origin and its probability give')
        WHERE NEW.verdict IS NULL OR NEW.verdict IS NOT CASE NEW.origin
            WHEN 'prior' THEN 'uncertain'
            WHEN 'declared' THEN iif(NEW.probability > 0.5, 'synthetic', 'real')
            WHEN 'detected' THEN
                iif(NEW.probability >= 0.95, 'synthetic', iif(NEW.probability <= 0.05, 'real', 'uncertain'))
            END;
END;

-- As in 0001, and with the mass of its record's verdict: a label counts whole, all else by its probability, to the nearest
-- thousandth of a token.
DROP TRIGGER document_insert;
CREATE TRIGGER document_insert BEFORE INSERT ON document BEGIN
    SELECT RAISE(ABORT, 'append-only: document')
        WHERE EXISTS (SELECT 1 FROM document WHERE seq = NEW.seq);
    SELECT RAISE(ABORT, 'document: belongs to a kept record of as many tokens, and weighs what that says')
        WHERE NOT EXISTS (
            SELECT 1 FROM record WHERE seq = NEW.seq AND decision = 'kept' AND tokens = NEW.tokens
                AND NEW.synthetic = CASE
                    WHEN origin = 'declared' THEN iif(verdict = 'synthetic', 1000 * tokens, 0)
                    ELSE CAST(1000 * tokens * probability + 0.5 AS INTEGER) END);
    SELECT RAISE(ABORT, 'document: the masses are not those of its tokens')
        WHERE NOT (NEW.tokens BETWEEN 1 AND 1000000000 AND NEW.synthetic BETWEEN 0 AND 1000 * NEW.tokens
            AND NEW.synthetic + NEW.real = 1000 * NEW.tokens);
END;
