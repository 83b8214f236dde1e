import { parentPort, workerData } from 'node:worker_threads';
import { CodedError } from '@zarr-audio/codec';
import { FileImporter, failureOf, type StreamOutcome } from './batch/file-importer';
import type { FromThread, ThreadData, ToThread } from './batch/thread-messages';
import { withTasks } from './threads';

const SEND_EVERY_MS = 100;

const port = parentPort!;
const data = workerData as ThreadData;
const send = (message: FromThread) => port.postMessage(message);

let stop = new AbortController();

await withTasks(data.tasks, async (tasks) => {
  const opening = FileImporter.open(data, tasks, (message) => send({ type: 'warning', message }));
  // It is told with each file.
  opening.catch(() => undefined);
  await new Promise<void>((resolve) => {
    port.on('message', (message: ToThread) => {
      if (message.type === 'import') {
        stop = new AbortController();
        importFile(opening, message.path, message.hashFirst).then((outcomes) => send({ type: 'done', outcomes }));
      } else if (message.type === 'abort') stop.abort(new CodedError(message.code, message.message));
      else resolve();
    });
  });
});
port.close();

async function importFile(opening: Promise<FileImporter>, path: string, hashFirst: boolean): Promise<StreamOutcome[]> {
  let sent = 0;
  let bytes = 0;
  const onRead = (more: number) => {
    bytes += more;
    const now = performance.now();
    if (now - sent < SEND_EVERY_MS) return;
    send({ type: 'read', bytes });
    sent = now;
    bytes = 0;
  };
  const { signal } = stop;
  return opening.then(
    (importer) => importer.import(path, { hashFirst, signal, onRead }),
    (error: unknown) => [{ status: 'failed', stream: 0, error: failureOf(error) }],
  );
}
