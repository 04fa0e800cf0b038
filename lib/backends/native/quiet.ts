/** What quiet.cc gives. */
export interface Quiet {
  silently?: <T>(work: () => T) => T;
}

let quiet: Quiet = {};

/** Takes the addon into use. */
export function silence(addon: Quiet): void {
  quiet = addon;
}

/** Calls `work` with stderr closed, where the addon is built. What it throws is thrown. */
export function silently<T>(work: () => T): T {
  return quiet.silently ? quiet.silently(work) : work();
}
