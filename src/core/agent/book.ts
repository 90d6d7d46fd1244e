import { type CompiledSet, compileRuleSet, joinSets } from './compile.ts';
import { BUILT_IN_RULES } from './rules/index.ts';
import type { RuleSet } from './types.ts';

/** A file of rules of the user: a set of its own, or changes to a built-in one. */
export interface RuleFile extends RuleSet {
  /** True: nothing of the built-in set stays. Otherwise rules with the id of a built-in one take its place, and others go before all of them. */
  readonly replace?: boolean;
}

/** All rules there are, by agent, compiled. */
export class RuleBook {
  readonly #sets = new Map<string, RuleSet>();
  readonly #compiled = new Map<string, CompiledSet>();
  /** Agents that can be recognised when they are started inside a shell. */
  readonly recognisable: readonly CompiledSet[];

  /** @throws IrisError `usage` for a pattern that is refused; `parseRuleFile` finds those before */
  constructor(files: readonly RuleFile[] = []) {
    for (const set of BUILT_IN_RULES) this.#sets.set(set.agent, set);
    for (const file of files) this.#sets.set(file.agent, merge(this.#sets.get(file.agent), file));
    for (const [agent, set] of this.#sets) this.#compiled.set(agent, compileRuleSet(set));
    this.recognisable = [...this.#compiled.values()].filter((set) => set.starts !== undefined);
  }

  get agents(): string[] {
    return [...this.#sets.keys()];
  }

  get(agent: string): RuleSet | undefined {
    return this.#sets.get(agent);
  }

  /** The rules for a kind of session. Without rules of its own it has those of a shell, and the generic ones. */
  rulesFor(kind: string): CompiledSet {
    const own = kind === 'shell' || kind === 'generic' ? undefined : this.#compiled.get(kind);
    return own ?? joinSets(kind, [this.#compiled.get('shell')!, this.#compiled.get('generic')!]);
  }
}

let builtIn: RuleBook | undefined;

/** The rules of this version alone; compiled once. */
export function builtInRules(): RuleBook {
  builtIn ??= new RuleBook();
  return builtIn;
}

function merge(base: RuleSet | undefined, { replace, ...file }: RuleFile): RuleSet {
  if (!base || replace) return file;
  const own = new Map(file.rules.map((rule) => [rule.id, rule]));
  const kept = base.rules.map((rule) => {
    const changed = own.get(rule.id);
    own.delete(rule.id);
    return changed ?? rule;
  });
  return { ...base, ...file, rules: [...own.values(), ...kept] };
}
