/**
 * Does the work while no other process of this machine does any under the same name. One that was killed holds up nobody.
 * Throws StartError when a living holder does not come to an end in time; `onWait` hears once who that is.
 */
export function withFolderLock<T>(
  file: string,
  work: () => Promise<T>,
  options?: { patienceMs?: number; onWait?: (pid: string) => void },
): Promise<T>;
