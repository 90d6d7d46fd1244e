export * from './events.ts';
export { forwardKey } from './forward.ts';
export { PasteForwarder } from './paste-forwarder.ts';
export { ESCAPE_TIME_MS, InputTokenizer } from './tokenizer.ts';
