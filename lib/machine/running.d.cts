/** Whether a process of this number is running, of whichever user. */
export function isRunning(pid: number): boolean;
