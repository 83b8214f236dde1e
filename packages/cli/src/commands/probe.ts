import { type ImportFailure, probeSource, type SourceReport } from 'zarr-audio';
import { fileSource } from 'zarr-audio/node';
import { audioFiles } from '../audio-files';
import { framingOf } from '../framing';
import { CHOICE_OPTIONS, importChoices } from '../import-choices';
import { print, printJson } from '../output';
import { reportText } from '../probe-text';
import { withProgress } from '../progress';
import { codecsOf } from '../stores';
import { describeError, failureStatus, isCoded, parseCommand } from '../usage';

/**
 * `probe <file or folder>...`: what files are, and what an import would do with them. A file that can't be imported
 * doesn't hold up the others.
 *
 * @returns The exit status that an import with the same options would have.
 */
export async function probeCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommand(args, CHOICE_OPTIONS, ['<file or folder>']);
  const options = { ...importChoices(values), codecs: codecsOf(framingOf(values.framing)) };
  let status = 0;
  for (const path of positionals) {
    for await (const found of audioFiles(path)) {
      const report = await reportOf(found.path, found.error, async () =>
        probeSource(withProgress(await fileSource(found.path), !values.json), options),
      );
      status = Math.max(status, statusOf(report));
      await (values.json ? printJson(asJson(report, found.path)) : print(reportText(report, found.path, values.codec)));
    }
  }
  return status;
}

/** What can't even be opened is refused like what can't be imported. */
async function reportOf(
  file: string,
  error: Error | undefined,
  probe: () => Promise<SourceReport>,
): Promise<SourceReport> {
  try {
    if (error) throw error;
    return await probe();
  } catch (failure) {
    if (!isCoded(failure)) throw failure;
    const nothing = { bytes: null, reader: null, container: null, codec: null, streams: [] };
    return { file, action: 'refuse', ...nothing, error: failure };
  }
}

function statusOf({ streams, error }: SourceReport): number {
  const failures: ImportFailure[] = error ? [error] : [];
  for (const stream of streams) if (stream.status === 'fail') failures.push(stream.error);
  return Math.max(0, ...failures.map(failureStatus));
}

/** With the path as it was given, and errors as all commands show them. */
function asJson({ streams, error, ...report }: SourceReport, file: string) {
  return {
    ...report,
    file,
    streams: streams.map((stream) =>
      stream.status === 'fail' ? { ...stream, error: describeError(stream.error) } : stream,
    ),
    ...(error ? { error: describeError(error) } : {}),
  };
}
