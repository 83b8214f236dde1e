import { type ImportResult, openOrCreateStore, type WritableAudioStore } from 'zarr-audio';
import { fileSource, fileStorage } from 'zarr-audio/node';
import { repairText } from '../advice';
import { audioFiles } from '../audio-files';
import { contradictionLines, describeField } from '../field-description';
import { framingOf } from '../framing';
import { CHOICE_OPTIONS, importChoices } from '../import-choices';
import { interruptSignal } from '../interrupt';
import { print, printJson, summaryLine } from '../output';
import { withProgress } from '../progress';
import { codecsOf, isHttp } from '../stores';
import { withThreads } from '../threads';
import { describeError, failureStatus, jsonObject, parseCommand, UsageError } from '../usage';

const OPTIONS = {
  ...CHOICE_OPTIONS,
  user: { type: 'string' },
  'no-seek-points': { type: 'boolean' },
  jobs: { type: 'string' },
} as const;

/** `import <store> <file or folder>...`: each file on its own; one that fails doesn't hold up the others. */
export async function importCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommand(args, OPTIONS, ['<store>', '<file or folder>']);
  const [storePath, ...paths] = positionals as [string, ...string[]];
  if (isHttp(storePath)) throw new UsageError('a store can be imported into where it lies, not over HTTP');
  const user = jsonObject('user', values.user);
  const codecs = codecsOf(framingOf(values.framing));
  const options = {
    ...importChoices(values),
    describeSource: describeField,
    seekPoints: values['no-seek-points'] ? 'grid' : 'measure',
    ...(user === undefined ? {} : { user }),
  } as const;
  const report = new Report(values.json === true);
  const storage = await fileStorage(storePath, { create: true });
  const signal = interruptSignal();
  return withThreads(values.jobs, async (tasks) => {
    const store = await openOrCreateStore(storage, { codecs, tasks });
    for (const path of paths) {
      for await (const { path: file, error } of audioFiles(path)) {
        try {
          if (error) throw error;
          const source = withProgress(await fileSource(file), !values.json);
          await report.results(store, file, await store.import(source, { ...options, signal }));
        } catch (failure) {
          await report.failure(file, failure);
          if (signal.aborted) return report.status;
        }
      }
    }
    return report.status;
  });
}

class Report {
  status = 0;
  readonly #json: boolean;

  constructor(json: boolean) {
    this.#json = json;
  }

  async results(store: WritableAudioStore, file: string, results: readonly ImportResult[]): Promise<void> {
    for (const result of results) {
      if (result.status === 'failed') {
        await this.failure(file, result.error, result.stream);
        continue;
      }
      const { status, stream, id } = result;
      const { info } = await store.open(id);
      await (this.#json ? printJson({ file, stream, status, ...info }) : print(`${status}  ${summaryLine(info)}`));
      for (const line of contradictionLines(info.field)) {
        process.stderr.write(`zarr-audio import: ${file}: ${line}\n`);
      }
      for (const repair of info.repairs) {
        process.stderr.write(`zarr-audio import: ${file}: ${repairText(repair)}\n`);
      }
    }
  }

  async failure(file: string, error: unknown, stream = 0): Promise<void> {
    const described = describeError(error);
    this.status = Math.max(this.status, failureStatus(error));
    if (this.#json) await printJson({ file, stream, status: 'failed', error: described });
    process.stderr.write(`zarr-audio import: ${file}: ${described.code}: ${described.message}\n`);
  }
}
