-- Which messages have which words (store::search). Filled behind the log: message_index says how far it has come.
CREATE TABLE message_index (
    tenant_id UUID   NOT NULL PRIMARY KEY REFERENCES tenant (tenant_id),
    seq       BIGINT NOT NULL          -- the lines of the tenant's log up to here are in it
) {clustered};

-- Words that begin with the same letters, in blocks of some time each; the newest one still grows.
CREATE TABLE message_words (
    tenant_id UUID   NOT NULL,
    beginning TEXT   NOT NULL,         -- up to three letters
    upto      UUID   NOT NULL,         -- no message in it is newer; the greatest of all ids: it still grows
    oldest    UUID   NOT NULL,         -- nor older
    filled    BIGINT NOT NULL,         -- of the one that grows: how many were filled before it
    block     BYTES  NOT NULL,
    PRIMARY KEY (tenant_id, beginning, upto)
) {clustered};
-- postgres only
-- A block fits into a page and stays in its row, unless one text has very many words that begin alike.
ALTER TABLE message_words ALTER COLUMN block SET STORAGE MAIN;
-- end
