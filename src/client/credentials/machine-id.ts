import { readFileSync } from 'node:fs';

/** machine-id(5), and where D-Bus has it. */
const PLACES = ['/etc/machine-id', '/var/lib/dbus/machine-id'];

/** Names this machine; empty where it has no such name that a file tells. */
export function machineId(): string {
  for (const place of PLACES) {
    try {
      const id = readFileSync(place, 'utf8').trim();
      if (id !== '') return id;
    } catch {
      // The next one.
    }
  }
  return '';
}
