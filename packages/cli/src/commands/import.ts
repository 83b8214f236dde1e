import { importBatch } from '../batch/batch';
import { BatchReport } from '../batch/batch-report';
import { FileImporter, type ImportSettings } from '../batch/file-importer';
import { listFiles } from '../batch/file-list';
import { type Lane, laneHere } from '../batch/lane';
import { ProgressBar } from '../batch/progress-bar';
import { ThreadLane } from '../batch/thread-lane';
import { CHOICE_OPTIONS } from '../import-choices';
import { interruptSignal } from '../interrupt';
import { isHttp } from '../stores';
import { jobCount, withTasks } from '../threads';
import { jsonObject, parseCommand, UsageError } from '../usage';

const OPTIONS = {
  ...CHOICE_OPTIONS,
  user: { type: 'string' },
  'no-seek-points': { type: 'boolean' },
  jobs: { type: 'string' },
} as const;

/** `import <store> <file, folder or pattern>...`: each file on its own; one that fails doesn't hold up the others. */
export async function importCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommand(args, OPTIONS, ['<store>', '<file, folder or pattern>']);
  const [store, ...paths] = positionals as [string, ...string[]];
  if (isHttp(store)) throw new UsageError('a store can be imported into where it lies, not over HTTP');
  const { codec, bitrate, ultrasonic, stream, framing } = values;
  const settings: ImportSettings = {
    store,
    choices: { codec, bitrate, ultrasonic, stream, framing },
    seekPoints: values['no-seek-points'] ? 'grid' : 'measure',
    user: jsonObject('user', values.user),
  };
  const jobs = jobCount(values.jobs);
  const signal = interruptSignal();
  const json = values.json === true;
  let bar: ProgressBar | undefined;
  const report = new BatchReport({ json, codec, hasUser: values.user !== undefined, before: () => bar?.clear() });
  const onWarning = (message: string) => report.warning(message);

  // What is wrong with the store or the options is told before anything is searched.
  const first = await FileImporter.open(settings, undefined, onWarning);
  const files = await listFiles(paths, signal);
  const atOnce = Math.min(jobs, files.length);
  // Threads that have no file of their own share the work of those that have.
  const tasks = Math.floor(jobs / atOnce);
  if (!json) bar = new ProgressBar(files);
  const run = async (lanes: readonly Lane[]) => {
    try {
      await importBatch(files, lanes, {
        knownSizes: await first.knownSizes(signal),
        signal,
        onFile: ({ path }, outcomes) => report.file(path, outcomes),
        onRead: (file, bytes) => bar?.read(file, bytes),
        onBegin: (file) => bar?.begin(file),
        onEnd: (file) => bar?.end(file),
      });
    } finally {
      bar?.clear();
      await Promise.all(lanes.map((lane) => lane.close()));
    }
  };
  if (atOnce > 1) await run(Array.from({ length: atOnce }, () => new ThreadLane({ ...settings, tasks }, onWarning)));
  else await withTasks(tasks, async (shared) => run([await laneHere(settings, shared, onWarning)]));
  if (signal.aborted) await report.interrupted(signal.reason);
  if (files.length > 1) report.summary(files.length);
  return report.status;
}
