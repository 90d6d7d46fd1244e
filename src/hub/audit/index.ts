export * from './audit.ts';
export type { AuditRecord } from './record.ts';
