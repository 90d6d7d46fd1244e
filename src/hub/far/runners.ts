import { IrisError } from '../../core/index.ts';
import type { Socket } from '../../protocol/index.ts';
import type { ConnectOptions } from '../../transports/index.ts';
import type { Principal } from '../principal.ts';

interface Runner {
  readonly device: string;
  name: string;
  /** It has dialled us, and nobody has taken the socket yet. */
  waiting: Socket | undefined;
  /** The one in use. */
  current: Socket | undefined;
}

/** Hubs that dial in and offer their sessions: the newest socket of each, until the link takes it. */
export class Runners {
  readonly #runners = new Map<string, Runner>();

  /** How a link reaches this runner: by the socket on which it came last. */
  address(device: string, name: string): ConnectOptions['address'] {
    return async () => {
      const runner = this.#of(device, name);
      const socket = runner.waiting;
      runner.waiting = undefined;
      if (socket?.readyState !== 1) {
        throw new IrisError('unreachable', `${runner.name} is not connected`, { retriable: true });
      }
      runner.current = socket;
      return { socket, where: runner.name };
    };
  }

  /** One has come. Its older socket, if it has one, is of a connection that it knows to be dead. */
  joined({ id, name, revoked }: Principal, socket: Socket): void {
    const runner = this.#of(id, name);
    runner.name = name;
    runner.waiting?.terminate();
    runner.current?.terminate();
    runner.current = undefined;
    runner.waiting = socket;
    const over = (): void => socket.terminate();
    revoked.addEventListener('abort', over, { once: true });
    socket.on('close', () => revoked.removeEventListener('abort', over));
  }

  /** It is called otherwise now. */
  called(device: string, name: string): void {
    this.#of(device, name).name = name;
  }

  /** Is there a link to it? */
  isHere(device: string): boolean {
    const { waiting, current } = this.#runners.get(device) ?? {};
    return waiting?.readyState === 1 || current?.readyState === 1;
  }

  /** It may not be here any more. */
  cut(device: string): void {
    const runner = this.#runners.get(device);
    runner?.waiting?.terminate();
    runner?.current?.terminate();
    this.#runners.delete(device);
  }

  #of(device: string, name: string): Runner {
    let runner = this.#runners.get(device);
    if (!runner) {
      runner = { device, name, waiting: undefined, current: undefined };
      this.#runners.set(device, runner);
    }
    return runner;
  }
}
