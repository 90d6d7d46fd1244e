import type { RuleSet } from '../types.ts';
import { aider } from './aider.ts';
import { claude } from './claude.ts';
import { codex } from './codex.ts';
import { gemini } from './gemini.ts';
import { generic } from './generic.ts';
import { opencode } from './opencode.ts';
import { shell } from './shell.ts';

/** The rules that come with this version. */
export const BUILT_IN_RULES: readonly RuleSet[] = [claude, codex, gemini, opencode, aider, shell, generic];
