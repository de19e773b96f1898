-- What players report about others: one row for a thing and a complainant. quote is the thing as it was then.
CREATE TABLE complaints (
    id         {{.ID}},
    by_id      BIGINT NOT NULL,
    user_id    BIGINT NOT NULL,
    kind       {{.String 16}} NOT NULL,
    subject_id BIGINT NOT NULL,
    reason     {{.String 32}} NOT NULL,
    said       {{.Text}} NOT NULL,
    quote      {{.Text}} NOT NULL,
    at         {{.Time}} NOT NULL,
    UNIQUE (by_id, kind, subject_id)
);

CREATE INDEX complaints_user ON complaints (user_id, at, id);
CREATE INDEX complaints_at ON complaints (at, id);
CREATE INDEX complaints_by ON complaints (by_id, at);
