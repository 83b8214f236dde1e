import { errorCode } from '@zarr-audio/codec';
import { exportCommand } from './commands/export';
import { gcCommand } from './commands/gc';
import { importCommand } from './commands/import';
import { infoCommand } from './commands/info';
import { lsCommand } from './commands/ls';
import { packetsCommand } from './commands/packets';
import { probeCommand } from './commands/probe';
import { readCommand } from './commands/read';
import { reindexCommand } from './commands/reindex';
import { verifyCommand } from './commands/verify';
import { tell } from './output';
import { describeError, UsageError } from './usage';

/** What a command is called with; it returns the exit status. */
export type Command = (args: readonly string[]) => Promise<number>;

const COMMANDS: Readonly<Record<string, Command>> = {
  import: importCommand,
  ls: lsCommand,
  info: infoCommand,
  read: readCommand,
  export: exportCommand,
  verify: verifyCommand,
  reindex: reindexCommand,
  gc: gcCommand,
  packets: packetsCommand,
  probe: probeCommand,
};

const HELP = `usage: zarr-audio <command> [--json] ...

  import <store> <file, folder or pattern>...  import recordings; run it again to do what is left
      [--codec keep|opus|flac] [--bitrate N] [--ultrasonic refuse|resample|reinterpret] [--stream N]
      [--framing KIND] [--user JSON] [--no-seek-points] [--jobs N]
  ls <store>                           list the recordings of a store, by its catalogue
      [--from TIME] [--to TIME] [--where KEY=VALUE]...
  info <store> <id>                    tell what is known of one
  read <store> <id> -o <file.wav|file.raw|->
  read <store> [<id>] --at TIME --duration SECONDS [--where KEY=VALUE]... -o <file.wav|file.raw|->
      [--start N] [--end N] [--dtype auto|int16|int32|float32] [--decoder auto|native|wasm] [--seek exact|fast]
      [--expand N] [--metadata]
  export <store> <id> -o <file>        write the encoded recording to a file (.opus, .flac), without decoding
  verify <store> [<id>...]             read every byte, and tell what is damaged
  reindex <store> <id>                 make index and seek points again, from the encoded recording alone
      [--no-seek-points] [--force] [--jobs N]
  gc <store>                           remove what crashes and rebuilt indices left behind
      [--dry-run] [--min-age HOURS]
  packets <file> [--framing KIND]      list the packets of an encoded file
  probe <file, folder or pattern>...   tell what files are, and what an import would do with them
      [--codec keep|opus|flac] [--bitrate N] [--ultrasonic refuse|resample|reinterpret] [--stream N]
      [--framing KIND]

<store> is a folder or an http(s):// address. <id> is a recording's id, the beginning of one, or its source's
file name ('sha:' or 'file:' before it force one meaning). Samples are counted per channel at the recording's
sample rate; ranges are half-open. --bitrate is in bits a second, of all channels together; 64,000 a channel if
left out. --codec keep, the default, leaves Opus and FLAC as they are and makes Opus of all else; --codec flac
is lossless, for up to 8 channels and any rate. --ultrasonic is for what has over 48,000 Hz and is to become
Opus: refuse, the default; resample (everything above 20 kHz is lost); reinterpret (the same samples, which an
export plays slower; read gives the right rate and time). --decoder is for Opus. --stream counts the audio
streams of a file from 0. --framing takes every file for Opus packets without a container: KIND is opus-demo,
self-delimited, u16be, u16le, u32be, u32le (a length before each packet), constant:N (N bytes each), or
undelimited (which is refused, with the reason). --jobs is how many files are imported at once, or how many
threads share the work on one; as many as there are cores if left out. TIME is ISO 8601 (2021-02-01T21:00:00Z,
or a day): with a zone it is a moment, and clocks that name none are taken for UTC; without, it is what each
recorder's clock showed. --where is for what ls --json shows, such as file, samples, user.site,
field.gain.setting. read --at takes all recordings of that time: what nobody recorded is zeros, and told.
--expand 10 gives the WAV a tenth of the rate, as bat detectors expand time; --metadata gives it the chunks that
the source had (GUANO, bext). --force indexes what is left of a recording that is damaged. --min-age spares what
was written to within so many hours, 24 if left out; 0 is for when nobody else writes to the store.
Exit status: 0 done, 1 something failed, 2 wrong usage.
`;

/** Runs the command line. @returns The exit status: 0 done, 1 something failed, 2 wrong usage. */
export async function run(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(HELP);
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  try {
    if (!command) throw new UsageError(`there is no command '${name}'`);
    return await command(rest);
  } catch (error) {
    if (error instanceof UsageError) {
      tell(`zarr-audio: ${error.message}`);
      tell('(zarr-audio help tells how it is called)');
      return 2;
    }
    if (rest.includes('--json')) process.stdout.write(`${JSON.stringify({ error: describeError(error) })}\n`);
    for (const line of errorLines(error)) tell(`zarr-audio ${name}: ${line}`);
    return 1;
  }
}

function errorLines(error: unknown): string[] {
  const { code, message } = describeError(error);
  // A failure that nobody foresaw is a defect of ours: where it happened is worth more than brevity.
  if (errorCode(error) === undefined && error instanceof Error) return (error.stack ?? message).split('\n');
  return [`${code}: ${message}`];
}
