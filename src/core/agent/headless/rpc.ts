import { asObject, field, idOf, type Json, type JsonObject, number, text } from './values.ts';

export interface RpcError {
  readonly code: number;
  readonly message: string;
}

export interface RpcHandlers {
  readonly notified: (method: string, params: Json | undefined) => void;
  /** It asks; answered with `respond`, or refused. */
  readonly asked: (id: number | string, method: string, params: Json | undefined) => void;
}

type Pending = (result: Json | undefined, error: RpcError | undefined) => void;

/** JSON-RPC 2.0 over lines, from the side of the client. Codex leaves the `jsonrpc` member out, and takes it with or without. */
export class Rpc {
  #nextId = 1;
  /** Requests without an answer yet: we send few, one after the other. */
  readonly #pending = new Map<number | string, Pending>();
  readonly #send: (message: Json) => void;
  readonly #handlers: RpcHandlers;

  constructor(send: (message: Json) => void, handlers: RpcHandlers) {
    this.#send = send;
    this.#handlers = handlers;
  }

  call(method: string, params: JsonObject, done: Pending): void {
    const id = this.#nextId++;
    this.#pending.set(id, done);
    this.#send({ jsonrpc: '2.0', id, method, params });
  }

  notify(method: string, params?: JsonObject): void {
    this.#send({ jsonrpc: '2.0', method, ...(params ? { params } : {}) });
  }

  respond(id: number | string, result: JsonObject): void {
    this.#send({ jsonrpc: '2.0', id, result });
  }

  refuse(id: number | string, message: string): void {
    this.#send({ jsonrpc: '2.0', id, error: { code: -32601, message } });
  }

  /** False: this is no message of JSON-RPC. */
  receive(message: Json): boolean {
    if (!asObject(message)) return false;
    const method = text(message, 'method');
    const id = idOf(field(message, 'id'));
    if (method !== undefined) {
      if (id === undefined) this.#handlers.notified(method, field(message, 'params'));
      else this.#handlers.asked(id, method, field(message, 'params'));
      return true;
    }
    const pending = id === undefined ? undefined : this.#pending.get(id);
    if (id === undefined || !pending) return false;
    this.#pending.delete(id);
    const error = field(message, 'error');
    if (asObject(error)) {
      const detail = text(error, 'data', 'details');
      const said = text(error, 'message') ?? 'an error without a message';
      pending(undefined, { code: number(error, 'code') ?? 0, message: detail ? `${said}: ${detail}` : said });
    } else pending(field(message, 'result'), undefined);
    return true;
  }
}
