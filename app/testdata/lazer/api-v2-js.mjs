// osu-api-v2-js against a server: as a guest and as a player. What comes is held against the package's own types, as JSON schemas.
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import * as osu from 'osu-api-v2-js'
import { createGenerator } from 'ts-json-schema-generator'
import WebSocket from 'ws'
import { check, finish, refused, world } from './world.mjs'

const generator = createGenerator({
  path: fileURLToPath(new URL('./node_modules/osu-api-v2-js/dist/index.d.ts', import.meta.url)),
  type: '*',
  skipTypeCheck: true,
  expose: 'all',
  additionalProperties: true,
})
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false })

// What the official server may answer null for, though the package's types do not say so: a set without an old forum thread, and a
// channel in which nobody has spoken.
const nullable = { legacy_thread_url: '', last_message_id: 0 }

function present(key, value) {
  return value === null && key in nullable ? nullable[key] : value
}

// is checks a value, or each of a list, against a type of the package.
function is(type, value) {
  const schema = generator.createSchema(type)
  const validate = ajv.compile({ ...schema, $id: undefined })
  for (const one of Array.isArray(value) ? value : [value]) {
    const ok = validate(JSON.parse(JSON.stringify(one), present))
    assert.ok(ok, `${type}: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(one).slice(0, 600)}`)
  }
}

function some(type, list) {
  assert.ok(list.length > 0, `no ${type} came`)
  is(type, list)
}

const settings = { server: world.server, retry_maximum_amount: 0 }
const guest = await osu.API.createAsync(world.application.id, world.application.secret, undefined, settings)

await check('user by name', async () => is('User.Extended', await guest.getUser(world.ann.name, osu.Ruleset.osu)))
await check('user by id', async () => assert.equal((await guest.getUser(world.ann.id)).username, world.ann.name))
await check('users', async () => some('User.WithCountryCoverGroupsTeamStatisticsrulesets', await guest.getUsers([world.ann.id, world.bob.id])))
await check('look users up', async () => some('User.WithCountryCoverGroupsTeam', await guest.lookupUsers([world.ann.id, world.bob.id])))
await check('nobody', () => refused(404, () => guest.getUser(1073741823)))
await check('best scores', async () => some('Score.WithUserBeatmapBeatmapset', await guest.getUserScores(world.ann.id, 'best', osu.Ruleset.osu)))
await check('recent scores', async () => some('Score.WithUserBeatmapBeatmapset', await guest.getUserScores(world.ann.id, 'recent', osu.Ruleset.osu)))
await check('first places', async () => is('Score.WithUserBeatmapBeatmapset', await guest.getUserScores(world.ann.id, 'firsts', osu.Ruleset.osu)))
await check('most played', async () => some('Beatmap.Playcount', await guest.getUserMostPlayed(world.ann.id)))
await check('recent activity', async () => is('Event.AnyRecentActivity', await guest.getUserRecentActivity(world.ann.id)))
await check('kudosu', async () => is('User.Kudosu.History', await guest.getUserKudosuHistory(world.ann.id)))
await check('favourites of a user', async () => is('Beatmapset.Extended.WithBeatmap', await guest.getUserBeatmaps(world.ann.id, 'favourite')))
await check('ranking', async () => {
  const ranking = await guest.getUserRanking(osu.Ruleset.osu, 'performance')
  assert.ok(ranking.ranking.length > 0)
  is('User.Statistics.WithUser', ranking.ranking)
})
await check('countries', async () => {
  const { cursor, ...page } = await guest.getCountryRanking(osu.Ruleset.osu)
  assert.equal(cursor, null) // at the end, which the type does not know either
  is('Miscellaneous.Country.Ranking', { ...page, cursor: { page: 2 } })
})
await check('kudosu ranking', async () => is('User.WithKudosu', await guest.getKudosuRanking()))
await check('search users', async () => assert.ok((await guest.searchUser(world.ann.name)).data.some((u) => u.id === world.ann.id)))

await check('beatmap', async () => is('Beatmap.Extended.WithFailtimesOwnersMaxcomboBeatmapset', await guest.getBeatmap(world.beatmap.id)))
await check('beatmaps', async () => some('Beatmap.Extended.WithFailtimesOwnersMaxcomboBeatmapset', await guest.getBeatmaps([world.beatmap.id])))
await check('look a beatmap up', async () => {
  const found = await guest.lookupBeatmap({ checksum: world.beatmap.md5 })
  is('Beatmap.Extended.WithFailtimesOwnersMaxcomboBeatmapset', found)
  assert.equal(found.id, world.beatmap.id)
})
await check('attributes', async () => {
  const attributes = await guest.getBeatmapDifficultyAttributesOsu(world.beatmap.id, ['DT'])
  is('Beatmap.DifficultyAttributes.Osu', attributes)
  assert.ok(Math.abs(attributes.star_rating - world.beatmap.starsDT) < 1e-9, `${attributes.star_rating}`)
})
await check('leaderboard', async () => {
  const board = await guest.getBeatmapScores(world.beatmap.id)
  some('Score.WithUser', board)
  assert.deepEqual(
    board.map((s) => s.user_id),
    world.board,
  )
})
await check('score on a beatmap', async () => {
  const placed = await guest.getBeatmapUserScore(world.beatmap.id, world.ann.id)
  assert.equal(placed.score.user_id, world.ann.id)
  assert.ok(placed.position > 0)
})
await check('scores on a beatmap', async () => some('Score', await guest.getBeatmapUserScores(world.beatmap.id, world.ann.id)))
await check('set', async () => is('Beatmapset.Extended.Plus', await guest.getBeatmapset(world.beatmap.set)))
await check('look a set up', async () => is('Beatmapset.Extended.Plus', await guest.lookupBeatmapset(world.beatmap.id)))
await check('search sets', async () => {
  const page = await guest.searchBeatmapsets({ categories: 'Any' })
  assert.ok(page.beatmapsets.some((s) => s.id === world.beatmap.set))
})
await check('tags', async () => some('Beatmap.UserTag', await guest.getBeatmapUserTags()))
await check('score', async () => {
  const score = await guest.getScore(world.score.id)
  is('Score.Extended', score)
  assert.ok(Math.abs(score.pp - world.score.pp) < 1e-6, `${score.pp} instead of ${world.score.pp}`)
})
await check('replay', async () => assert.ok((await guest.getReplay(world.score.id)).length > 0))

await check('news', async () => some('NewsPost', await guest.getNewsPosts()))
await check('news post', async () => is('NewsPost.WithContentNavigation', await guest.getNewsPost(world.news)))
await check('streams', async () => some('Changelog.UpdateStream.WithLatestbuildUsercount', await guest.getChangelogStreams()))
await check('wiki', async () => is('WikiPage', await guest.getWikiPage('Rules')))
await check('backgrounds', async () => {
  const { backgrounds, ends_at } = await guest.getSeasonalBackgrounds()
  assert.equal(backgrounds.length, 1)
  assert.ok(backgrounds[0].url && new Date(ends_at) > new Date())
})
await check('comments', async () => is('Comment.Bundle', await guest.getComments({ type: 'beatmapset', id: world.beatmap.set })))
await check('spotlights', async () => is('Spotlight', await guest.getSpotlights()))
await check('events', async () => assert.ok(Array.isArray((await guest.getEvents()).events)))

await check('a guest has no friends', async () => refused(403, () => guest.getFriends()))

const player = await osu.API.createAsync(world.application.id, world.application.secret, { code: world.code, redirect_uri: world.redirect }, settings)
await check('oneself', async () => {
  const me = await player.getResourceOwner()
  is('User.Extended.WithStatisticsrulesets', me)
  assert.equal(me.id, world.ann.id)
})
await check('friends', async () => some('User.Relation', await player.getFriends()))
await check('refresh', async () => {
  const before = player.access_token
  await player.refreshToken()
  assert.notEqual(player.access_token, before)
  assert.equal((await player.getResourceOwner()).id, world.ann.id)
})
await check('chat', async () => {
  const channels = await player.getChatChannels()
  some('Chat.Channel', channels)
  const channel = channels.find((c) => c.name === '#osu')
  is('Chat.Channel.WithDetails', await player.joinChatChannel(channel))
  const socket = new WebSocket(world.feed, { headers: player.getChatWebsocketHeaders() })
  const heard = new Promise((resolve, reject) => {
    socket.on('message', (data) => {
      const event = JSON.parse(data)
      if (event.event === 'chat.message.new' && event.data.messages.some((m) => m.content === 'hello from a program')) resolve(event.data)
    })
    socket.on('error', reject)
    setTimeout(() => reject(new Error('nothing was heard')), 10_000).unref()
  })
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject))
  socket.send(osu.Chat.Websocket.Command.chatStart)
  // Nothing says when the socket listens: it is told until it has heard.
  const speaker = setInterval(() => player.sendChatMessage(channel, 'hello from a program').catch(() => {}), 250)
  try {
    assert.ok((await heard).users.some((u) => u.id === world.ann.id))
  } finally {
    clearInterval(speaker)
  }
  is('Chat.Message.WithSender', await player.sendChatMessage(channel, 'goodbye'))
  some('Chat.Message.WithSender', await player.getChatMessages(channel))
  assert.ok(Array.isArray(await player.keepChatAlive()))
  await player.leaveChatChannel(channel)
  socket.close()
})
await check('revoke', async () => {
  await player.revokeToken()
  player.refresh_token_on_401 = false
  await refused(401, () => player.getResourceOwner())
})
await check('a code is good once', () =>
  refused(400, () => osu.API.createAsync(world.application.id, world.application.secret, { code: world.code, redirect_uri: world.redirect }, settings)),
)
finish()
