// Answers the benchmark in rosu_test.go: reads "RULESET N PATH" lines, parses the beatmap at PATH and calculates its difficulty in
// RULESET N times with rosu-pp's WebAssembly build, and writes the nanoseconds that took with the last star rating.
"use strict";

const rosu = require(process.argv[2]);
const fs = require("node:fs");
const lines = require("node:readline").createInterface({ input: process.stdin });

lines.on("line", (line) => {
  const [ruleset, n, ...path] = line.split(" ");
  const bytes = fs.readFileSync(path.join(" "));
  let stars = 0;
  const begin = process.hrtime.bigint();
  for (let i = 0; i < Number(n); i++) {
    const map = new rosu.Beatmap(bytes);
    if (map.mode !== Number(ruleset)) map.convert(Number(ruleset));
    const attributes = new rosu.Difficulty().calculate(map);
    stars = attributes.stars;
    attributes.free();
    map.free();
  }
  process.stdout.write(`${process.hrtime.bigint() - begin} ${stars}\n`);
});
