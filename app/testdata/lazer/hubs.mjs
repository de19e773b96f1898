// @microsoft/signalr with its MessagePack protocol against the hubs: what Ann does, Bob sees.
import assert from 'node:assert/strict'
import * as signalr from '@microsoft/signalr'
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack'
import { check, finish, world } from './world.mjs'

function connection(hub, token, session) {
  return new signalr.HubConnectionBuilder()
    .withUrl(`${world.server}/signalr/${hub}`, { accessTokenFactory: () => token, headers: { 'X-Client-Session-ID': session } })
    .withHubProtocol(new MessagePackHubProtocol())
    .configureLogging(signalr.LogLevel.Warning)
    .build()
}

// next resolves with the arguments of the next call of a method that fit.
function next(hub, method, fits = () => true) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${method} was not called`)), 10_000)
    hub.on(method, (...args) => {
      if (!fits(...args)) return
      clearTimeout(timer)
      resolve(args)
    })
  })
}

const annSession = '6f6a9f8c-1111-4a4a-9b9b-0a0a0a0a0a01'
const bobSession = '6f6a9f8c-2222-4a4a-9b9b-0a0a0a0a0a02'
const ann = { metadata: connection('metadata', world.tokens.ann, annSession), spectator: connection('spectator', world.tokens.ann, annSession) }
const bob = { metadata: connection('metadata', world.tokens.bob, bobSession), spectator: connection('spectator', world.tokens.bob, bobSession) }

await check('connect', async () => {
  const daily = next(ann.metadata, 'DailyChallengeUpdated')
  await Promise.all([ann.metadata.start(), ann.spectator.start(), bob.metadata.start(), bob.spectator.start()])
  assert.deepEqual(await daily, [null])
})
await check('presence', async () => {
  const seen = next(bob.metadata, 'UserPresenceUpdated', (id, presence) => id === world.ann.id && presence?.[0]?.[0] === 12)
  await bob.metadata.invoke('BeginWatchingUserPresence')
  await ann.metadata.invoke('UpdateStatus', 2)
  await ann.metadata.invoke('UpdateActivity', [12, [world.beatmap.id, 'A song', 0, 'Clicking circles']])
  const [, presence] = await seen
  assert.deepEqual(presence, [[12, [world.beatmap.id, 'A song', 0, 'Clicking circles']], 2])
})
await check('changes', async () => {
  const [sets, last] = await ann.metadata.invoke('GetChangesSince', 0)
  assert.ok(Array.isArray(sets) && Number.isInteger(last))
  const [none] = await ann.metadata.invoke('GetChangesSince', 2147483647)
  assert.deepEqual(none, [])
})
await check('watch', async () => {
  const watched = next(ann.spectator, 'UserStartedWatching')
  await bob.spectator.invoke('StartWatchingUser', world.ann.id)
  const [users] = await watched
  assert.deepEqual(users, [[world.bob.id, world.bob.name]])

  const began = next(bob.spectator, 'UserBeganPlaying')
  const frames = next(bob.spectator, 'UserSentFrames')
  const finished = next(bob.spectator, 'UserFinishedPlaying')
  await ann.spectator.invoke('BeginPlaySessionV2', null, [world.beatmap.id, 0, [], 1, {}])
  const [id, state] = await began
  assert.equal(id, world.ann.id)
  assert.equal(state[0], world.beatmap.id)
  // The encoder makes float64 of fractions where the game has float32, and texts of the keys of an object, which numbers of results are not: so there are none.
  const bundle = [[1000, 1.0000001, 3, 3, {}, [900.5, 900.5, 3, 12.5, 0.5], [new Date('2026-08-21T12:00:00Z'), 0], [], 1000, []], [[16.5, 100, 200, 1]]]
  await ann.spectator.send('SendFrameDataV2', null, bundle)
  const [, got] = await frames
  assert.equal(got[0][3], 3)
  assert.deepEqual(got[1], [[16.5, 100, 200, 1]])
  await ann.spectator.invoke('EndPlaySessionV2', null, 3)
  assert.equal((await finished)[1][3], 3)

  const gone = next(ann.spectator, 'UserEndedWatching')
  await bob.spectator.invoke('EndWatchingUser', world.ann.id)
  assert.deepEqual(await gone, [world.bob.id])
})
await check('unknown methods', async () => {
  await assert.rejects(ann.metadata.invoke('NoSuchMethod'), /NoSuchMethod/)
  await assert.rejects(ann.metadata.invoke('UpdateStatus'), /UpdateStatus/)
  await assert.rejects(ann.metadata.invoke('UpdateStatus', 'online'), /UpdateStatus/)
  await ann.metadata.invoke('UpdateStatus', 2)
})
await check('another client takes over', async () => {
  const told = next(ann.metadata, 'DisconnectRequested')
  const second = connection('metadata', world.tokens.ann, '6f6a9f8c-3333-4a4a-9b9b-0a0a0a0a0a03')
  await second.start()
  await told
  await second.stop()
})
await check('no token, no hub', async () => {
  await assert.rejects(connection('metadata', 'nonsense', annSession).start(), /401|Unauthorized/)
})
await Promise.allSettled([ann.metadata.stop(), ann.spectator.stop(), bob.metadata.stop(), bob.spectator.stop()])

finish()
