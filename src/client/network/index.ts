export { Device, pairAgain } from './device.ts';
export { HubApi } from './hub-api.ts';
export { addressOfKnown, addressOfKnownWithToken, addressWithToken, placeOfKnown } from './network-hub.ts';
export { type PairRequest, type PairResult, pair } from './pairing.ts';
export { type HubPlace, isLoopback, readFingerprint, readPlace, type Trust, whereOf } from './place.ts';
export { newDeviceKey } from './proof.ts';
export { mustBeThere } from './secure-socket.ts';
