import { printable } from '../output';
import type { ListedFile } from './file-list';

const EVERY_MS = 200;
const BAR_CHARS = 20;
/** Before, a guess at what is left would jump. */
const FIRST_GUESS_MS = 2000;

/**
 * One line on a terminal, of all files: how much is done, of how many bytes, and how long the rest may take. Elsewhere nothing.
 */
export class ProgressBar {
  readonly #isShown = process.stderr.isTTY === true;
  readonly #totalBytes: number;
  readonly #totalFiles: number;
  readonly #began = performance.now();
  /** Bytes of those that are under way. */
  readonly #underWay = new Map<ListedFile, number>();
  #doneBytes = 0;
  #doneFiles = 0;
  #shown = 0;

  constructor(files: readonly ListedFile[]) {
    this.#totalFiles = files.length;
    this.#totalBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  begin(file: ListedFile): void {
    this.#underWay.set(file, 0);
    this.#show();
  }

  /** Some files are read twice: none counts for more than it has. */
  read(file: ListedFile, bytes: number): void {
    const before = this.#underWay.get(file);
    if (before === undefined) return;
    this.#underWay.set(file, Math.min(file.bytes, before + bytes));
    this.#show();
  }

  end(file: ListedFile): void {
    this.#underWay.delete(file);
    this.#doneBytes += file.bytes;
    this.#doneFiles++;
    this.#show();
  }

  /** Before anything else is written. */
  clear(): void {
    if (this.#shown > 0) process.stderr.write('\r\u001b[K');
    this.#shown = 0;
  }

  #show(): void {
    const now = performance.now();
    if (!this.#isShown || now - this.#shown < EVERY_MS) return;
    this.#shown = now;
    process.stderr.write(`\r${this.#line(now - this.#began)}\u001b[K`);
  }

  #line(ms: number): string {
    const underWay = [...this.#underWay.values()].reduce((sum, bytes) => sum + bytes, 0);
    const [current] = this.#underWay.keys();
    const name = current === undefined ? '' : `  ${printable(current.path.split(/[\\/]/).at(-1)!, 24)}`;
    return `${progressText(this.#doneBytes + underWay, this.#totalBytes, this.#doneFiles, this.#totalFiles, ms)}${name}`;
  }
}

/** `[#####---------------]  25 %  10 of 40 files  1.2 of 4.8 GB  0:12:05 left` */
export function progressText(bytes: number, totalBytes: number, files: number, totalFiles: number, ms: number): string {
  const part = totalBytes > 0 ? bytes / totalBytes : files / totalFiles;
  const marks = '#'.repeat(Math.floor(part * BAR_CHARS)).padEnd(BAR_CHARS, '-');
  const percent = String(Math.floor(part * 100)).padStart(3);
  const unit = UNITS.find(({ from }) => totalBytes >= from) ?? BYTES;
  const amount = (of: number) => (of / unit.from).toFixed(unit === BYTES ? 0 : 1);
  const left = part > 0 && ms >= FIRST_GUESS_MS ? `  ${duration((ms / part) * (1 - part))} left` : '';
  return `[${marks}] ${percent} %  ${files} of ${totalFiles} files  ${amount(bytes)} of ${amount(totalBytes)} ${unit.name}${left}`;
}

const UNITS = [
  { name: 'GB', from: 1e9 },
  { name: 'MB', from: 1e6 },
  { name: 'kB', from: 1e3 },
];
const BYTES = { name: 'bytes', from: 1 };

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
