export { type Chaos, ChaosProxy, type ChaosProxyOptions, NO_CHAOS } from './chaos-proxy.ts';
export { Emulator, type EmulatorOptions, type ScreenCell, seen } from './emulator.ts';
export { freePort } from './free-port.ts';
export { freeSocketPath } from './free-socket-path.ts';
export { HeldTimers } from './held-timers.ts';
export { alt, ctrl, KEY, mouse, paste } from './keys.ts';
export { machineWithIris } from './machine-with-iris.ts';
export { CAN_MAKE_NAMESPACES, NetNamespace } from './net-namespace.ts';
export { PacedClock } from './paced-clock.ts';
export {
  descendantsOf,
  describe as describeProcesses,
  isAlive,
  type ProcessInfo,
  processesWithEnv,
  processInfo,
  waitUntilGone,
} from './processes.ts';
export { openPty, type Pty } from './pty.ts';
export { seededRandom } from './random.ts';
export { realBash } from './real-bash.ts';
export { type CliResult, type RunCliOptions, runCli } from './run-cli.ts';
export { showKeys } from './show-keys.ts';
export {
  CAN_MAKE_USERS,
  type HostOptions,
  type Sshd,
  type SshdOptions,
  startSshd,
  stopSshds,
  type TestUser,
  testUser,
} from './sshd.ts';
export { disposeHomes, PROMPT, type TempHome, tempHome } from './temp-home.ts';
export { disposeTuis, type Exit, IRIS, type ScreenCondition, type SpawnTuiOptions, spawnTui, Tui } from './tui.ts';
export { DEFAULT_TIMEOUT_MS, type WaitOptions, waitUntil } from './wait-until.ts';
