-- What people write below beatmapsets, builds and news. parent_id is 0 for what is no reply; replies and votes are counted together.
CREATE TABLE comments (
    id           {{.ID}},
    subject_type {{.String 16}} NOT NULL,
    subject_id   BIGINT NOT NULL,
    parent_id    BIGINT NOT NULL,
    user_id      BIGINT NOT NULL,
    said         {{.Text}} NOT NULL,
    replies      INTEGER NOT NULL,
    votes        INTEGER NOT NULL,
    pinned       {{.Bool}} NOT NULL,
    created_at   {{.Time}} NOT NULL,
    edited_at    {{.Time}} NULL,
    edited_by    BIGINT NOT NULL,
    deleted_at   {{.Time}} NULL,
    deleted_by   BIGINT NOT NULL
);

CREATE INDEX comments_subject ON comments (subject_type, subject_id, parent_id, id);
CREATE INDEX comments_subject_votes ON comments (subject_type, subject_id, parent_id, votes, id);
CREATE INDEX comments_pinned ON comments (subject_type, subject_id, pinned);
CREATE INDEX comments_parent ON comments (parent_id, id);
CREATE INDEX comments_user ON comments (user_id, id);
CREATE INDEX comments_votes ON comments (votes, id);

CREATE TABLE comment_votes (
    comment_id BIGINT NOT NULL,
    user_id    BIGINT NOT NULL,
    PRIMARY KEY (comment_id, user_id),
    FOREIGN KEY (comment_id) REFERENCES comments (id) ON DELETE CASCADE
);

CREATE INDEX comment_votes_user ON comment_votes (user_id);
