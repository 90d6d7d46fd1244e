export { type HookWord, readHook } from './events.ts';
export { GEMINI_SETTINGS_VARIABLE, geminiSettings, type HookPlan, type HookSetup, withHooks } from './launch.ts';
export { HookTrust } from './trust.ts';
