/** A task that was asked for, from then until it is settled. `resolve` and `reject` count once. */
export interface PoolJob {
  readonly id: number;
  readonly codec: string;
  readonly task: string;
  readonly input: unknown;
  readonly transfer: readonly ArrayBuffer[];
  resolve(output: unknown): void;
  reject(reason: unknown): void;
}
