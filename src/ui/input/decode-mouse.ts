import { MOUSE_BUTTONS, type MouseButton, type MouseInput } from '../../core/index.ts';

const BUTTON_NAMES: ReadonlyMap<number, MouseButton> = new Map(
  Object.entries(MOUSE_BUTTONS).map(([name, code]) => [code, name as MouseButton]),
);

/** From xterm's button byte and one-based cells. `released`: SGR says so; the others mean it by button 3. undefined: no such button. */
export function decodeMouse(
  code: number,
  column: number,
  row: number,
  released: boolean | undefined,
): MouseInput | undefined {
  const motion = (code & 32) !== 0;
  const button = BUTTON_NAMES.get(code & 0xc3);
  if (button === undefined || !(column >= 1) || !(row >= 1)) return undefined;
  const up = released ?? (button === 'none' && !motion);
  return {
    action: up ? 'release' : motion ? 'move' : 'press',
    button,
    x: column - 1,
    y: row - 1,
    shift: (code & 4) !== 0,
    alt: (code & 8) !== 0,
    ctrl: (code & 16) !== 0,
  };
}
