// A gateway for osu!stable clients in Node.js: HTTP in front, Peace's bancho contract behind.
//
//   node gateway.mjs [--listen 127.0.0.1:8090] [--bancho 127.0.0.1:7003] [--token SECRET]
//
// It holds connections and knows four headers; every rule of the protocol is in the module behind it.
import http from "node:http";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

const { values: options } = parseArgs({
  options: {
    listen: { type: "string", default: "127.0.0.1:8090" },
    bancho: { type: "string", default: "127.0.0.1:7003" },
    token: { type: "string", default: process.env.PEACE_PEER_TOKEN ?? "" },
  },
});

const MAX_LOGIN = 8 << 10; // modules/bancho: MaxLogin, MaxRequest
const MAX_REQUEST = 512 << 10;
const LOGIN_TIMEOUT = 10_000; // ms; a password is checked
const EXCHANGE_TIMEOUT = 3_000;

// What a client that cannot log in at the moment is told: packet 5 with -5, after which it tries again by itself.
const SERVER_ERROR = Buffer.from([5, 0, 0, 4, 0, 0, 0, 0xfb, 0xff, 0xff, 0xff]);

const root = fileURLToPath(new URL("../..", import.meta.url));
const definition = loadSync("modules/bancho/bancho.proto", { includeDirs: [root], keepCase: true, defaults: true });
const { BanchoService } = grpc.loadPackageDefinition(definition).peace.bancho.v1;
const bancho = new BanchoService(options.bancho, grpc.credentials.createInsecure(), {
  "grpc.max_receive_message_length": 4 << 20,
});

// call makes one call with a deadline and the token of the peer.
function call(method, request, timeout) {
  const metadata = new grpc.Metadata({ waitForReady: true });
  if (options.token) metadata.set("authorization", "Bearer " + options.token);
  return new Promise((resolve, reject) =>
    bancho[method](request, metadata, { deadline: Date.now() + timeout }, (error, reply) => (error ? reject(error) : resolve(reply))),
  );
}

// read takes a body of at most `limit` bytes; a longer one is undefined.
async function read(request, limit) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function answer(response, code, body, headers = {}) {
  response.writeHead(code, { "content-type": "text/plain; charset=utf-8", ...headers });
  response.end(body);
}

async function serve(request, response) {
  if (request.method !== "POST" || request.headers["user-agent"] !== "osu!") {
    return answer(response, 403, "This is where osu! clients connect.\n");
  }
  const token = request.headers["osu-token"];
  const body = await read(request, token ? MAX_REQUEST : MAX_LOGIN);
  if (body === undefined) return answer(response, 413, "The request is too large.\n", { connection: "close" });
  const headers = { "content-type": "application/octet-stream", "cho-protocol": "19" };
  try {
    if (token) {
      const { packets } = await call("Exchange", { token, packets: body }, EXCHANGE_TIMEOUT);
      return answer(response, 200, packets, headers);
    }
    const address = request.socket.remoteAddress.replace(/^::ffff:/, "");
    const { welcome } = await call("Login", { attempt: { body, address } }, LOGIN_TIMEOUT);
    return answer(response, 200, welcome.packets, { ...headers, "cho-token": welcome.token });
  } catch (error) {
    switch (error.code) {
      case grpc.status.INVALID_ARGUMENT:
        return answer(response, 400, "Not a request of an osu! client.\n");
      case grpc.status.RESOURCE_EXHAUSTED:
        return answer(response, 503, "Too many requests at once.\n", { "retry-after": "1" });
    }
    // The session lives on behind the module that is away: an empty answer keeps the client polling, where an error would
    // make it log in anew. A login needs a token even now, because a client that gets none gives up.
    console.error(`bancho: ${error.message}`);
    return token ? answer(response, 200, "", headers) : answer(response, 200, SERVER_ERROR, { ...headers, "cho-token": "no" });
  }
}

const server = http.createServer({ requestTimeout: 15_000, headersTimeout: 10_000, keepAliveTimeout: 120_000 }, (request, response) => {
  serve(request, response).catch(() => response.destroy()); // a client that went away, or that speaks no HTTP
});
const [, host, port] = options.listen.match(/^(.*):(\d+)$/);
server.listen(Number(port), host, () => console.log(`gateway listens on ${host}:${server.address().port}`));
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => server.close(() => process.exit(0)));
}
