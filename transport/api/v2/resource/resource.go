// Package resource has the objects of API v2 as its clients read them: complete keys, exact types, and keys in the order that
// lazer needs, which sets properties in the order in which they appear (a user's cover_url comes before cover, statistics before
// rank_history, a score's beatmap before its beatmapset). That is why all of them are structs and none is a map.
//
// What is null, what is absent and what is zero is part of the shape: a null where lazer has a plain number fails the whole answer.
// Fetching what is shown is done here for users only, who are part of everything else (People).
package resource
