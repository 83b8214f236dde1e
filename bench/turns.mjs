// Contenders that take turns in one process, so that a busy moment of the machine falls on all of them.
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/**
 * Runs each contender in turn, `rounds` times. A turn is three runs that count, behind one that does not, in which the garbage
 * of the one before is taken away and code comes back that was put aside; a `slow` one has every fourth turn, of one run.
 *
 * @param contenders  { name, run, slow? }; `run` gives a number that must be the same every time.
 * @returns by name: median and least milliseconds, the median of those that processors worked on it (of all threads; what other
 *   programs do matters less to it), and that number.
 */
export async function takeTurns(contenders, { rounds = 12, warmups = 2 } = {}) {
  const times = new Map(contenders.map(({ name }) => [name, { wall: [], cpu: [] }]));
  const results = new Map();
  const measure = async ({ name, run }, counts) => {
    const cpu = process.cpuUsage();
    const from = performance.now();
    const result = await run();
    const took = performance.now() - from;
    const { user, system } = process.cpuUsage(cpu);
    if (results.has(name) && results.get(name) !== result) throw new Error(`${name} is not the same every time`);
    results.set(name, result);
    if (!counts) return;
    times.get(name).wall.push(took);
    times.get(name).cpu.push((user + system) / 1000);
  };
  for (let round = -warmups; round < rounds; round++) {
    for (const contender of contenders) {
      if (contender.slow) {
        if (round === -1 || (round >= 0 && round % 4 === 0)) await measure(contender, round >= 0);
      } else {
        for (let run = 0; run < 4; run++) await measure(contender, round >= 0 && run > 0);
      }
    }
  }
  return Object.fromEntries(
    [...times].map(([name, { wall, cpu }]) => [
      name,
      { ms: median(wall), least: Math.min(...wall), cpuMs: median(cpu), result: results.get(name) },
    ]),
  );
}
