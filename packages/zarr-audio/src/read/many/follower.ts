/**
 * A signal that is aborted when `signal` is. Whoever waits for something listens to its signal; Node warns of a leak where over ten
 * listen to the same one.
 */
export function followerOf(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal]);
}
