// osu-web.js against a server. The package knows one server by name, so its fetch is led to ours.
import assert from 'node:assert/strict'
import { Auth, Client } from 'osu-web.js'
import { check, finish, world } from './world.mjs'

const ours = (url, options) => fetch(String(url).replace('https://osu.ppy.sh', world.server), options)
const auth = new Auth(world.application.id, world.application.secret, world.redirect, { polyfillFetch: ours })
const token = await auth.clientCredentialsGrant(['public'])
assert.equal(token.token_type, 'Bearer')
const guest = new Client(token.access_token, { polyfillFetch: ours })

await check('user', async () => {
  const user = await guest.users.getUser(world.ann.name, { urlParams: { mode: 'osu' } })
  assert.equal(user.id, world.ann.id)
  assert.ok(user.statistics.pp > 0)
})
await check('users', async () => assert.equal((await guest.users.getUsers({ query: { ids: [world.ann.id, world.bob.id] } })).length, 2))
await check('scores', async () => {
  const scores = await guest.users.getUserScores(world.ann.id, 'best', { query: { mode: 'osu' } })
  assert.ok(scores.length > 0 && typeof scores[0].accuracy === 'number' && scores[0].beatmap && scores[0].beatmapset)
})
await check('beatmap', async () => assert.equal((await guest.beatmaps.getBeatmap(world.beatmap.id)).checksum, world.beatmap.md5))
await check('look a beatmap up', async () => assert.equal((await guest.beatmaps.lookupBeatmap({ query: { checksum: world.beatmap.md5 } })).id, world.beatmap.id))
await check('leaderboard', async () => {
  const board = await guest.beatmaps.getBeatmapTopScoresV2(world.beatmap.id, { query: { mode: 'osu' } })
  assert.deepEqual(
    board.map((s) => s.user_id),
    world.board,
  )
})
await check('attributes', async () => {
  const attributes = await guest.beatmaps.getBeatmapAttributes(world.beatmap.id, 'osu', { body: { mods: ['DT'] } })
  assert.ok(Math.abs(attributes.star_rating - world.beatmap.starsDT) < 1e-9)
})
await check('ranking', async () => assert.ok((await guest.ranking.getRanking('osu', 'performance')).ranking.length > 0))
await check('news', async () => assert.ok((await guest.news.getNewsListing()).news_posts.length > 0))
await check('wiki', async () => assert.equal((await guest.wiki.getWikiPage('en', 'Rules')).title, 'Rules'))
await check('comments', async () => assert.ok(Array.isArray((await guest.comments.getComments()).comments)))
await check('changelog', async () => assert.ok((await guest.changelog.getChangelogListing()).streams.length > 0))
await check('search', async () => assert.ok((await guest.search({ query: { mode: 'user', query: world.ann.name } })).user.data.length > 0))
await check('oneself', async () => {
  const ann = new Client(world.tokens.ann, { polyfillFetch: ours })
  assert.equal((await ann.users.getSelf()).id, world.ann.id)
  assert.ok(Array.isArray(await ann.users.getSelf().then((me) => Object.keys(me.statistics_rulesets))))
})

finish()
