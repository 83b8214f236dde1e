// Contenders that take turns, so that a busy moment of the machine falls on all of them, each in processes of its own, so that none
// pays for the garbage of another, nor for what another made of the engine's code.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/**
 * Runs each contender in turn, `rounds` times. A turn is a process with so many runs (`runs`; the first ones, `warmups`, don't
 * count); a `slow` contender has one turn of three runs, the first of which doesn't count.
 *
 * @param url  `import.meta.url` of the bench: it is started again for every turn, and must come here as it did before.
 * @param contenders  { name, run, slow? }; `run` gives a number that must be the same every time.
 * @returns by name: median and least milliseconds, the median of those that processors worked on it (of all threads; what other
 *   programs do matters less to it), and that number.
 */
export async function takeTurns(url, contenders, { rounds = 5, runs = 14, warmups = 6 } = {}) {
  const [, , first, wanted] = process.argv;
  if (first === '--turn') {
    const contender = contenders.find(({ name }) => name === wanted);
    const turn = await (contender.slow ? takeTurn(contender, 3, 1) : takeTurn(contender, runs, warmups));
    console.log(JSON.stringify(turn));
    process.exit();
  }
  const all = new Map(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, slow } of contenders) {
      if (slow && round > 0) continue;
      const args = [fileURLToPath(url), '--turn', name, ...process.argv.slice(2)];
      const { status, stdout } = spawnSync(process.execPath, args, {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      if (status !== 0) throw new Error(`${name}: its process ended with ${status}`);
      all.get(name).push(...JSON.parse(stdout));
    }
  }
  return Object.fromEntries([...all].map(([name, taken]) => [name, summaryOf(name, taken)]));
}

async function takeTurn({ run }, runs, warmups) {
  const taken = [];
  for (let i = 0; i < runs; i++) {
    const cpu = process.cpuUsage();
    const from = performance.now();
    const result = await run();
    const ms = performance.now() - from;
    const { user, system } = process.cpuUsage(cpu);
    if (i >= warmups) taken.push({ ms, cpuMs: (user + system) / 1000, result });
  }
  return taken;
}

function summaryOf(name, taken) {
  const results = new Set(taken.map(({ result }) => result));
  if (results.size !== 1) throw new Error(`${name} is not the same every time`);
  const ms = taken.map((run) => run.ms);
  return {
    ms: median(ms),
    least: Math.min(...ms),
    cpuMs: median(taken.map(({ cpuMs }) => cpuMs)),
    result: [...results][0],
  };
}

/** What the bench was called with, also in a turn. */
export function benchArguments() {
  const args = process.argv.slice(2);
  return args[0] === '--turn' ? args.slice(2) : args;
}
