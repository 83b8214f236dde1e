import { basename } from 'node:path';
import { adviceFor, repairText } from '../advice';
import { contradictionLines } from '../field-description';
import { print, printable, printJson, summaryLine, tell } from '../output';
import { type Failure, failureOf, type StreamOutcome } from './file-importer';

/** Failures that the summary names; of more it gives the number. */
const MAX_NAMED = 1_000;

export interface ReportOptions {
  /** A JSON object a line for each recording, instead of text. */
  readonly json: boolean;
  /** Attributes are given with `--user`. */
  readonly hasUser?: boolean;
  /** The codec that was asked for. */
  readonly codec?: string | undefined;
  /** Called before anything is written: a progress bar may stand there. */
  readonly before: () => void;
}

/** Tells what became of files, and at the end of all: results on standard output, the rest on standard error. */
export class BatchReport {
  /** The exit status. */
  status: 0 | 1 | 2 = 0;
  readonly #options: ReportOptions;
  readonly #counts = { imported: 0, duplicate: 0, failed: 0 };
  /** Files whose import ended, whatever became of them. */
  #files = 0;
  readonly #failures: string[] = [];
  readonly #warnings = new Set<string>();

  constructor(options: ReportOptions) {
    this.#options = options;
  }

  async file(path: string, outcomes: readonly StreamOutcome[]): Promise<void> {
    this.#options.before();
    // It is one of those that are left.
    if (outcomes.some((outcome) => outcome.status === 'failed' && outcome.error.code === 'INTERRUPTED')) return;
    this.#files++;
    for (const outcome of outcomes) {
      const { status, stream } = outcome;
      this.#counts[status]++;
      if (outcome.status === 'failed') {
        await this.#failure(path, stream, outcome.error);
        continue;
      }
      const { info } = outcome;
      // The recording has the name of the file that came first.
      const also = basename(path) === info.source.file ? '' : `  (${printable(path)})`;
      const line = `${status}  ${summaryLine(info).trimEnd()}${also}\n`;
      await (this.#options.json ? printJson({ file: path, stream, status, ...info }) : print(line));
      if (status === 'duplicate' && this.#options.hasUser) {
        this.#tell(`${path}: it is there already, with the attributes of its first import: --user changes nothing`);
      }
      for (const line of contradictionLines(info.field)) this.#tell(`${path}: ${line}`);
      for (const repair of info.repairs) this.#tell(`${path}: ${repairText(repair)}`);
    }
  }

  /** The same warning of several threads is told once. */
  warning(message: string): void {
    if (this.#warnings.has(message)) return;
    this.#warnings.add(message);
    this.#options.before();
    tell(`zarr-audio: ${message}`);
  }

  async interrupted(reason: unknown): Promise<void> {
    const { code, message, exit } = failureOf(reason);
    if (exit > this.status) this.status = exit;
    if (this.#options.json) await printJson({ error: { code, message } });
    this.#tell(`${code}: ${message}`);
  }

  /** @param files  How many there were to import. */
  summary(files: number): void {
    this.#options.before();
    const { imported, duplicate, failed } = this.#counts;
    const left = files - this.#files;
    const counts = [`${imported} imported`, `${duplicate} there already`, `${failed} failed`];
    if (left > 0) counts.push(`${left} file(s) left: run it again`);
    this.#tell(counts.join(', '));
    for (const failure of this.#failures) this.#tell(`failed: ${failure}`);
    const more = failed - this.#failures.length;
    if (more > 0) this.#tell(`failed: and ${more} more`);
  }

  async #failure(file: string, stream: number, { code, message, exit }: Failure): Promise<void> {
    if (exit > this.status) this.status = exit;
    const advice = adviceFor(code, this.#options.codec);
    const name = stream > 0 ? `${file} #${stream}` : file;
    if (this.#failures.length < MAX_NAMED) this.#failures.push(`${printable(name, 300)}: ${code}`);
    if (this.#options.json) await printJson({ file, stream, status: 'failed', error: { code, message } });
    this.#tell(`${file}: ${code}: ${message}${advice === undefined ? '' : ` (${advice})`}`);
  }

  #tell(line: string): void {
    tell(`zarr-audio import: ${line}`);
  }
}
