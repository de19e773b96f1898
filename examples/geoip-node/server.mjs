// Peace's geoip module in another language: everything it has to know is geoip.proto and what geoip.go promises.
//
//   node server.mjs [--listen 127.0.0.1:7401] [--ranges ranges.csv] [--token SECRET]
import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIPv4, isIPv6 } from "node:net";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { badAddress } from "./fault.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const { values: options } = parseArgs({
  options: {
    listen: { type: "string", default: "127.0.0.1:7401" },
    ranges: { type: "string", default: here("ranges.csv") },
    token: { type: "string", default: process.env.PEACE_PEER_TOKEN ?? "" },
  },
});

// number reads an address as a 128-bit number; IPv4 sits in ::ffff:0:0/96, so a mapped address is the same as a plain one.
function number(address) {
  if (isIPv4(address)) {
    return address.split(".").reduce((n, part) => (n << 8n) | BigInt(part), 0xffffn);
  }
  if (!isIPv6(address)) return undefined;
  let text = address.split("%")[0];
  const tail = text.match(/\d+\.\d+\.\d+\.\d+$/);
  if (tail) {
    const [a, b, c, d] = tail[0].split(".").map(Number);
    text = text.slice(0, tail.index) + ((a << 8) | b).toString(16) + ":" + ((c << 8) | d).toString(16);
  }
  const [head, rest] = text.split("::").map((part) => (part ? part.split(":") : []));
  const zeros = rest === undefined ? [] : Array(8 - head.length - rest.length).fill("0");
  return [...head, ...zeros, ...(rest ?? [])].reduce((n, part) => (n << 16n) | BigInt("0x" + part), 0n);
}

// ranges are the lines of the file, the narrowest network first.
const ranges = readFileSync(options.ranges, "utf8")
  .split("\n")
  .filter((line) => line.trim() && !line.startsWith("#"))
  .map((line) => {
    const [network, country, latitude, longitude] = line.split(",");
    const [address, bits] = network.split("/");
    const shift = BigInt((isIPv4(address) ? 32 : 128) - Number(bits));
    return { prefix: number(address) >> shift, shift, country, latitude: Number(latitude), longitude: Number(longitude) };
  })
  .sort((a, b) => Number(a.shift - b.shift));

function locate(call, callback) {
  if (!trusted(call.metadata)) {
    return callback({ code: grpc.status.UNAUTHENTICATED, details: "the token is missing or wrong" });
  }
  const address = number(call.request.address);
  if (address === undefined) return callback(badAddress());
  const { country = "", latitude = 0, longitude = 0 } = ranges.find((r) => address >> r.shift === r.prefix) ?? {};
  callback(null, { location: { country, latitude, longitude } });
}

// trusted compares digests, so that the time it takes says nothing about the secret.
function trusted(metadata) {
  if (!options.token) return true;
  const digest = (text) => createHash("sha256").update(String(text)).digest();
  return timingSafeEqual(digest(metadata.get("authorization")[0]), digest("Bearer " + options.token));
}

const definition = loadSync("modules/geoip/geoip.proto", { includeDirs: [here("../..")], keepCase: true, defaults: true });
const { peace } = grpc.loadPackageDefinition(definition);

const server = new grpc.Server();
server.addService(peace.geoip.v1.GeoipService.service, { Locate: locate });
server.bindAsync(options.listen, grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) {
    console.error(String(error.message));
    process.exit(1);
  }
  console.log(`geoip listens on ${options.listen.replace(/\d+$/, port)} and knows ${ranges.length} networks`);
});
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => server.tryShutdown(() => process.exit(0)));
}
