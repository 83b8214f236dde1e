/** A `Worker` of a browser, as far as a pool uses it. */
export interface WebWorkerPort {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  terminate(): void;
  addEventListener(type: 'message' | 'messageerror' | 'error', listener: (event: WebWorkerEvent) => void): void;
}

/** Of a MessageEvent or an ErrorEvent. */
interface WebWorkerEvent {
  readonly data?: unknown;
  readonly message?: unknown;
  readonly error?: unknown;
}

/** A `Worker` of node:worker_threads, as far as a pool uses it. */
export interface NodeWorkerPort {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  terminate(): Promise<number>;
  on(event: 'message' | 'messageerror' | 'error' | 'exit', listener: (value: unknown) => void): unknown;
  ref(): void;
  unref(): void;
}

export type WorkerPort = WebWorkerPort | NodeWorkerPort;

/** How a worker ended, or why it is no good any more. */
export interface WorkerFailure {
  readonly message: string;
  readonly cause?: unknown;
  readonly exitCode?: unknown;
}

export function isNodeWorker(port: WorkerPort): port is NodeWorkerPort {
  return 'on' in port;
}

/** The same of both kinds. A worker of a browser that ends itself (`self.close()`) tells nobody. */
export function listenToWorker(
  port: WorkerPort,
  onMessage: (message: unknown) => void,
  onFailure: (failure: WorkerFailure) => void,
): void {
  const unreadable = (cause?: unknown) => onFailure({ message: 'a message of the worker could not be read', cause });
  if (isNodeWorker(port)) {
    port.on('message', onMessage);
    port.on('messageerror', unreadable);
    port.on('error', (cause) => onFailure({ message: `the worker failed: ${textOf(cause)}`, cause }));
    port.on('exit', (exitCode) => onFailure({ message: `the worker ended with exit code ${exitCode}`, exitCode }));
  } else {
    port.addEventListener('message', ({ data }) => onMessage(data));
    port.addEventListener('messageerror', () => unreadable());
    port.addEventListener('error', ({ message, error }) => {
      // An event without a message: the file itself could not be had, or may not be run.
      const reason = message ? `the worker failed: ${message}` : 'the file of the worker could not be loaded';
      onFailure({ message: reason, cause: error ?? undefined });
    });
  }
}

/** Whether the worker keeps a Node process alive. (A page lives on anyway.) */
export function keepAlive(port: WorkerPort, on: boolean): void {
  if (!isNodeWorker(port)) return;
  if (on) port.ref();
  else port.unref();
}

export function textOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
