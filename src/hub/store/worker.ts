// The thread that waits for the disk, so that the hub never does. It owns the one connection to the database.
import { type MessagePort, parentPort } from 'node:worker_threads';
import { Database, isDamaged } from './database.ts';
import { failureOf } from './failure.ts';
import { NOTHING_STORED, type Opened, type Reply, type Request } from './messages.ts';

interface Numbered {
  readonly number: number;
  readonly request: Request;
}

/** Answers requests one after the other, in the order they come. */
class StoreWorker {
  #dir = '';
  #limitBytes = 0;
  #database: Database | undefined;
  /** A copy that is only read, while the real one cannot be written. */
  #copy: { database: Database; remove: () => void } | undefined;

  answer(request: Request): Reply {
    try {
      const value = this.#do(request);
      return value === undefined ? { ok: true } : { ok: true, value };
    } catch (error) {
      if (!isDamaged(error)) return { ok: false, failure: failureOf(error) };
      return { ok: false, failure: { kind: 'corrupt', message: messageOf(error), ...this.#startAfresh() } };
    }
  }

  #do(request: Request): (Reply & { ok: true })['value'] {
    switch (request.type) {
      case 'open':
        this.#dir = request.dir;
        this.#limitBytes = request.limitBytes;
        return this.#open();
      case 'apply':
        // After a failure to open this is also how it is tried again.
        this.#database ??= Database.open(this.#dir, this.#limitBytes);
        this.#forgetCopy();
        if (request.probe) this.#database.applyIfRoom(request.changes, this.#dir);
        else this.#database.apply(request.changes);
        return undefined;
      case 'output':
        return (this.#database ?? this.#copy?.database)?.output(request.id) ?? { segments: [] };
      case 'audit':
        return (this.#database ?? this.#copy?.database)?.audit(request.query) ?? { records: [], total: 0 };
      case 'close':
        this.#forgetCopy();
        this.#database?.close();
        this.#database = undefined;
        return undefined;
    }
  }

  #open(): Opened {
    try {
      this.#database = Database.open(this.#dir, this.#limitBytes);
      return this.#database.load();
    } catch (error) {
      if (isDamaged(error)) {
        const moved = this.#startAfresh();
        return { ...NOTHING_STORED, ...moved };
      }
      this.#closeQuietly();
      return this.#openCopy(error);
    }
  }

  #openCopy(error: unknown): Opened {
    const readOnly = failureOf(error);
    if (readOnly.kind === 'newer') return { ...NOTHING_STORED, readOnly };
    try {
      const { database, remove, ...opened } = Database.readElsewhere(this.#dir, this.#limitBytes);
      this.#copy = { database, remove };
      return { ...opened, readOnly };
    } catch {
      return { ...NOTHING_STORED, readOnly };
    }
  }

  /** Keeps what is broken for whoever wants to look at it, and begins anew. */
  #startAfresh(): { movedTo?: string } {
    this.#closeQuietly();
    try {
      const movedTo = Database.moveAside(this.#dir, new Date().toISOString().replace(/[:.]/g, '-'));
      this.#database = Database.open(this.#dir, this.#limitBytes);
      return { movedTo };
    } catch {
      // The next batch tries again, and says why it cannot.
      return {};
    }
  }

  #closeQuietly(): void {
    try {
      this.#database?.close();
    } catch {
      // It is broken; that is why it is closed.
    }
    this.#database = undefined;
  }

  #forgetCopy(): void {
    this.#copy?.database.close();
    this.#copy?.remove();
    this.#copy = undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Memory of payloads is given back at once: this thread makes so little garbage of its own that it would hardly ever collect them. */
function free(bytes: Uint8Array): void {
  (bytes.buffer as ArrayBuffer).transfer(0);
}

function serve(port: MessagePort): void {
  const worker = new StoreWorker();
  port.on('message', ({ number, request }: Numbered) => {
    const reply = worker.answer(request);
    if (request.type === 'apply') for (const change of request.changes) if ('bytes' in change) free(change.bytes);
    port.postMessage({ number, reply });
  });
}

if (parentPort) serve(parentPort);
