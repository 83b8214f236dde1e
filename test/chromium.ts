import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CHROMIUM = 'chromium';

/** Opens a page in Chromium, until it has said what it has to say: `heard` is what its server hears. */
export async function openInChromium<T>(address: string, heard: Promise<T>): Promise<T> {
  const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
  const options = ['--headless=new', '--no-sandbox', '--disable-gpu', `--user-data-dir=${profile}`];
  const chromium = spawn(CHROMIUM, [...options, address], { stdio: 'ignore', detached: true });
  const ended = new Promise((resolve) => chromium.once('exit', resolve));
  const failed = new Promise<never>((_, reject) => chromium.once('error', reject));
  try {
    return await Promise.race([heard, failed]);
  } finally {
    if (chromium.pid !== undefined) {
      // With its children, which would write on.
      process.kill(-chromium.pid, 'SIGKILL');
      await ended;
    }
    rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}
