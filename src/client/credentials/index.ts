export {
  Credentials,
  type CredentialsOptions,
  type DeviceKey,
  type DeviceSecrets,
} from './credentials.ts';
export { checkName, type KnownHub, KnownHubs, nameFor } from './known-hubs.ts';
export type { SecretStore } from './secret-store.ts';
