import { PROMPT } from '../sandbox.mjs';

/** No multiplexer at all: what the machine and the reader allow. Only where one pane is enough. */
export const bare = {
  name: 'bare',
  version: () => 'bash in the outer terminal',
  create: () => ({
    start: ['/bin/bash', '-i'],
    attach: undefined,
    detachKeys: 'exit\r',
    interruptKeys: '\x03',
    split: undefined,
    focusOther: undefined,
    openPanes: undefined,
    prompt: PROMPT,
    stop: () => {},
  }),
};
