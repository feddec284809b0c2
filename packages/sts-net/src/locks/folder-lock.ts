import { readFileSync, readlinkSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, rmdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileError } from '@sts-net/datasets/files';
import { readText } from '../records/read-text.ts';

/** Another process works in the folder. */
export class LockedError extends Error {}

/** The right to write into a folder, held by one process at a time. */
export interface FolderLock {
  /**
   * To be called before what must not be written twice.
   *
   * @throws LockedError if another process has taken the folder over, as after a long suspension
   */
  check(): Promise<void>;
  release(): Promise<void>;
}

/** Who holds a folder, as the lock's file says it. */
interface Holder {
  readonly host: string;
  readonly process: number;
  /** When the lock was taken, ISO 8601. */
  readonly time: string;
  /** Where process numbers are those of `host`: containers of one name count their own. */
  readonly processSpace: string;
  /** When the process began, so that its number is not mistaken for a later process's. */
  readonly started: string;
  /** Tells two locks of one process apart. */
  readonly serial: number;
}

const heartbeat = 30_000;
/** A holder on another host that was not heard of for so long is taken for dead. */
const silence = 5 * 60_000;

/** Serials of this process's own locks. */
const held = new Set<number>();
let nextSerial = 0;

/**
 * Takes the folder for this process, by a file `lock` in it that names host, process and time and is
 * touched every half minute. A lock whose process is gone, or on another host silent for five
 * minutes, is taken over.
 *
 * Holds on network file systems too: it rests on creating and renaming files alone, and reads the
 * time that the file system gives.
 *
 * @param onTakeover told whose lock was taken over
 * @throws LockedError naming host, process and time of who holds it
 */
export async function lockFolder(
  folder: string,
  onTakeover: (message: string) => void = () => {},
): Promise<FolderLock> {
  const path = join(folder, 'lock');
  const serial = nextSerial++;
  const me: Holder = {
    host: hostname(),
    process: process.pid,
    time: new Date().toISOString(),
    processSpace: processSpace(),
    started: startOf(process.pid),
    serial,
  };
  const text = JSON.stringify(me);
  const made = await mkdir(folder, { recursive: true }).catch((cause) => {
    throw fileError(folder, 'make the folder', cause);
  });
  // Made for nothing, where nothing is written into it.
  const leave = async (): Promise<void> => {
    held.delete(serial);
    if (made !== undefined) await rmdir(folder).catch(() => undefined);
  };
  held.add(serial);
  try {
    for (let attempt = 0; ; attempt++) {
      const file = await create(path, text);
      if (file !== undefined) return holdLock(path, file, text, leave);
      const before = await readText(path);
      // Its holder has just left.
      if (before === undefined) continue;
      const holder = holderOf(before);
      if (attempt > 20 || !(await isGone(path, holder))) throw lockedError(folder, path, holder);
      const taken = await takeOver(path, before, text);
      if (taken === undefined) continue;
      onTakeover(`'${folder}' was left by ${nameOf(holder)}, which is gone; it is taken over`);
      return holdLock(path, taken, text, leave);
    }
  } catch (error) {
    await leave();
    throw error;
  }
}

/** Whether a process works in the folder. */
export async function isLocked(folder: string): Promise<boolean> {
  const path = join(folder, 'lock');
  const text = await readText(path);
  return text !== undefined && !(await isGone(path, holderOf(text)));
}

async function create(path: string, text: string): Promise<FileHandle | undefined> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(text);
    return file;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw fileError(path, 'write', cause);
  }
}

function holdLock(
  path: string,
  file: FileHandle,
  text: string,
  leave: () => Promise<void>,
): FolderLock {
  // Through the open file, so that the lock of one who took over is never touched.
  const timer = setInterval(() => void file.write(text, 0).catch(() => undefined), heartbeat);
  timer.unref();
  return {
    async check() {
      const now = await readText(path);
      if (now !== text) throw lockedError(dirname(path), path, holderOf(now ?? ''));
    },
    async release() {
      clearInterval(timer);
      await file.close();
      if ((await readText(path)) === text) await rm(path, { force: true });
      await leave();
    },
  };
}

/**
 * Puts this process's lock in the place of one whose holder is gone; undefined where another process
 * was first. Who wants to do so creates `lock.takeover` first, so that it is one at a time, and looks
 * again: nobody else can have moved the dead lock then.
 */
async function takeOver(path: string, dead: string, text: string): Promise<FileHandle | undefined> {
  const guard = `${path}.takeover`;
  const guarding = await create(guard, text);
  if (guarding === undefined) {
    // Its holder died in this very moment; the next attempt finds no guard.
    if (await isGone(guard, holderOf((await readText(guard)) ?? '')))
      await rm(guard, { force: true });
    else await setTimeout(20);
    return undefined;
  }
  try {
    if ((await readText(path)) !== dead) return undefined;
    const own = `${path}.${hostname()}.${process.pid}`;
    await rm(own, { force: true });
    const file = await create(own, text);
    await rename(own, path).catch((cause) => {
      throw fileError(path, 'write', cause);
    });
    return file;
  } finally {
    await guarding.close();
    await rm(guard, { force: true });
  }
}

async function isGone(path: string, holder: Holder | undefined): Promise<boolean> {
  if (holder?.host === hostname() && holder.processSpace === processSpace()) {
    if (holder.process === process.pid && holder.started === startOf(process.pid)) {
      return !held.has(holder.serial);
    }
    return !isAlive(holder.process) || holder.started !== startOf(holder.process);
  }
  const last = await stat(path).catch(() => undefined);
  return last !== undefined && (await timeAt(path)) - last.mtimeMs > silence;
}

/** The time by the clock that dates the files beside `path`, in ms. */
async function timeAt(path: string): Promise<number> {
  const probe = `${path}.${hostname()}.${process.pid}.time`;
  try {
    await (await open(probe, 'w')).close();
    return (await stat(probe)).mtimeMs;
  } catch (cause) {
    throw fileError(path, 'write', cause);
  } finally {
    await rm(probe, { force: true });
  }
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a process began, in the kernel's ticks; empty where the system does not tell. */
function startOf(id: number): string {
  try {
    // The second field is the program's name in parentheses and may hold spaces; the start is the 22nd.
    return readFileSync(`/proc/${id}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[19]!;
  } catch {
    return '';
  }
}

function processSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** Undefined for a file that is being written. */
function holderOf(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Holder | null;
    return typeof holder?.host === 'string' && Number.isInteger(holder.process)
      ? holder
      : undefined;
  } catch {
    return undefined;
  }
}

function lockedError(folder: string, path: string, holder: Holder | undefined): LockedError {
  return new LockedError(
    `'${folder}' is in use by ${nameOf(holder)}; wait for it, or, if it is none of yours any more, delete '${path}'`,
  );
}

function nameOf(holder: Holder | undefined): string {
  if (holder === undefined) return 'another process';
  return `process ${holder.process} on ${holder.host} since ${holder.time}`;
}
