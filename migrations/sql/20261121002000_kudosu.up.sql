-- What players were given for helping others, and how much of it they have.
CREATE TABLE kudosu_entries (
    id      {{.ID}},
    at      {{.Time}} NOT NULL,
    user_id BIGINT NOT NULL,
    by_id   BIGINT NOT NULL,
    amount  INTEGER NOT NULL,
    reason  {{.Text}} NOT NULL
);

CREATE INDEX kudosu_entries_user ON kudosu_entries (user_id, id);

CREATE TABLE kudosu_totals (
    user_id BIGINT NOT NULL PRIMARY KEY,
    amount  INTEGER NOT NULL
);

CREATE INDEX kudosu_totals_amount ON kudosu_totals (amount, user_id);
