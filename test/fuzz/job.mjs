// One target in a process of its own.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * @param built  What `bundle` gave.
 * @param job  `{ target, seed, iterations, seconds, long, replay }`
 * @param onFinding  Is told of each as it comes; its `input` are bytes.
 * @returns `{ findings, summary }`
 */
export async function runJob(built, job, onFinding = () => {}) {
  const description = { seconds: 1e6, seed: 1, long: false, codes: built.codes, ...job };
  description.module = built.modules[job.target];
  const args = ['--expose-gc', '--enable-source-maps', '--stack-trace-limit=30', built.child];
  const child = spawn(process.execPath, [...args, JSON.stringify(description)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (text) => {
    complaints = (complaints + text).slice(-4000);
  });
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const findings = [];
  let summary;
  for await (const line of createInterface({ input: child.stdout })) {
    const message = JSON.parse(line);
    if (message.type === 'summary') summary = message;
    else {
      const finding = { ...message, target: job.target, input: new Uint8Array(Buffer.from(message.input, 'base64')) };
      findings.push(finding);
      onFinding(finding);
    }
  }
  const status = await ended;
  if (status !== 0 || !summary)
    throw new Error(`the process of target ${job.target} ended with ${status}: ${complaints}`);
  return { findings, summary };
}
