import { hubVerbs } from './hub-verbs.ts';
import { linkVerbs } from './link-verbs.ts';
import { pairVerbs } from './pair-verbs.ts';
import { promptVerbs } from './prompt-verbs.ts';
import { ruleVerbs } from './rule-verbs.ts';
import { sessionVerbs } from './session-verbs.ts';
import { setupVerbs } from './setup-verbs.ts';
import { shareVerbs } from './share-verbs.ts';
import { teamVerbs } from './team-verbs.ts';
import { tmuxVerbs } from './tmux-verbs.ts';
import type { Verb } from './types.ts';
import { workspaceVerbs } from './workspace-verbs.ts';

export * from './types.ts';

/** Every verb of the command line, in the order of `--help`. */
export const verbs: readonly Verb[] = [
  ...sessionVerbs,
  ...promptVerbs,
  ...teamVerbs,
  ...workspaceVerbs,
  ...hubVerbs,
  ...shareVerbs,
  ...pairVerbs,
  ...linkVerbs,
  ...setupVerbs,
  ...ruleVerbs,
  ...tmuxVerbs,
];
