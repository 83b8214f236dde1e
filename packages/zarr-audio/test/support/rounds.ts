/** Longer than a program takes to go on with an answer, and shorter than a test may take. */
const IDLE_MS = 10;

export interface Rounds {
  /** For `httpStorage`: a request waits until all that go out with it are there. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Rounds of requests since the last call, and the bytes that came. */
  take(): { rounds: number; requests: number; bytes: number };
}

/**
 * Counts rounds: requests that are under way together. None is let through while others of an earlier round are under way, or while
 * more may still come; so what depends on an answer is a round of its own.
 */
export function countRounds(): Rounds {
  let counts = { rounds: 0, requests: 0, bytes: 0 };
  let waiting: (() => void)[] = [];
  let underWay = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const rest = () => {
    clearTimeout(timer);
    if (underWay > 0 || waiting.length === 0) return;
    timer = setTimeout(() => {
      const round = waiting;
      waiting = [];
      underWay = round.length;
      counts.rounds++;
      for (const release of round) release();
    }, IDLE_MS);
  };
  return {
    async fetch(request) {
      counts.requests++;
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        rest();
      });
      try {
        const response = await fetch(request);
        const body = await response.arrayBuffer();
        counts.bytes += body.byteLength;
        const { status, headers } = response;
        return new Response(body, { status, headers });
      } finally {
        underWay--;
        rest();
      }
    },
    take() {
      const taken = counts;
      counts = { rounds: 0, requests: 0, bytes: 0 };
      return taken;
    },
  };
}
