package database

import (
	"github.com/uptrace/bun"
)

// Upsert says what an insert does with rows whose key is taken: it is ON CONFLICT on SQLite and PostgreSQL, and ON
// DUPLICATE KEY UPDATE on MySQL.
//
//	database.Upsert{Key: []string{"user_id", "ruleset"}, Replace: []string{"accuracy"}, Add: []string{"plays"}}.
//		On(tx.NewInsert().Model(&row)).Exec(ctx)
//
// MySQL takes no Key and acts on any unique key that is taken, so use it on tables where only Key can be. The id that the
// engine generates for an upserted row is not reported reliably: read it, or choose it.
type Upsert struct {
	Key     []string // the columns of the primary or unique key
	Replace []string // columns that take the new value
	Add     []string // numeric columns that grow by the new value
}

// On adds the clause to an insert. With neither Replace nor Add, rows whose key is taken are left as they are.
func (u Upsert) On(q *bun.InsertQuery) *bun.InsertQuery {
	if q.Dialect().Name() == MySQL {
		q = q.On("DUPLICATE KEY UPDATE")
		for _, column := range u.Replace {
			q = q.Set("? = VALUES(?)", bun.Ident(column), bun.Ident(column))
		}
		for _, column := range u.Add {
			q = q.Set("? = ? + VALUES(?)", bun.Ident(column), bun.Ident(column), bun.Ident(column))
		}
		if len(u.Replace)+len(u.Add) == 0 {
			// INSERT IGNORE would be shorter, and would also swallow values that do not fit.
			q = q.Set("? = ?", bun.Ident(u.Key[0]), bun.Ident(u.Key[0]))
		}
		return q
	}

	key := make([]bun.Ident, len(u.Key))
	for i, column := range u.Key {
		key[i] = bun.Ident(column)
	}
	if len(u.Replace)+len(u.Add) == 0 {
		return q.On("CONFLICT (?) DO NOTHING", bun.List(key))
	}
	q = q.On("CONFLICT (?) DO UPDATE", bun.List(key))
	for _, column := range u.Replace {
		q = q.Set("? = EXCLUDED.?", bun.Ident(column), bun.Ident(column))
	}
	for _, column := range u.Add {
		q = q.Set("? = ?TableAlias.? + EXCLUDED.?", bun.Ident(column), bun.Ident(column), bun.Ident(column))
	}
	return q
}
