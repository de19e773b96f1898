// What the suites share: the world that the Go test made, read from the environment, and a count of what was checked.
import assert from 'node:assert/strict'

// {server, application: {id, secret}, code, redirect, tokens: {ann, bob}, ann, bob, beatmap, set, score, news}
export const world = JSON.parse(process.env.PEACE_WORLD)

let checked = 0
let failed = 0

// check runs one case and goes on after a failure, so that one run tells of all.
export async function check(name, run) {
  checked++
  try {
    await run()
  } catch (error) {
    failed++
    console.error(`FAIL ${name}: ${error?.stack ?? error}${error?.original_error ? `\n  because ${error.original_error}` : ''}`)
  }
}

// refused runs something that the server must refuse with a status.
export async function refused(status, run) {
  const error = await run().then(
    () => undefined,
    (e) => e,
  )
  assert.ok(error, 'was not refused')
  assert.equal(error.status_code ?? error.response?.status ?? error.status, status, String(error))
}

export function finish() {
  console.log(`${checked - failed} of ${checked} passed`)
  process.exit(failed === 0 ? 0 : 1)
}
