/** What transports to other machines share: how a program is started in a shell that we do not know, and what it says of that. */

export {
  CarriedTransport,
  type Carrier,
  type CarrierContext,
  type CarrierEnd,
  type StartPhase,
} from './carried-transport.ts';
export { endCarriers } from './end-carriers.ts';
export { remoteEnvironment } from './environment.ts';
export { type RemotePlace, startFailure, startTimeout } from './failures.ts';
export { type RemoteFailure, RemoteGate, type RemoteWord } from './gate.ts';
export { quoteWord, shellArgv, shellLine } from './quote.ts';
export { endScript, envLines, type RemoteStartRequest, signalScript, startScript } from './script.ts';
