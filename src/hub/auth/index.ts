export { Access } from './access.ts';
export { openAccess } from './open.ts';
export { CODE_LIFE_MS } from './pairing.ts';
export type { AccessRecord, AccessRecords, AccessStore, BearerRecord, DeviceRecord, FamilyRecord } from './records.ts';
