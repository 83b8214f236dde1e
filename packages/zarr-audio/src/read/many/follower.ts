/**
 * A signal that is aborted when `signal` is. Whoever waits for something listens to its signal; Node warns of a leak where over ten
 * listen to the same one. Made once for many: the garbage of each is as dear as the fetch of a short range.
 */
export function followerOf(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal]);
}
