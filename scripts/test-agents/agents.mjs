import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

// The real agents: where they come from, and what lets them start at their prompt in a new home, with a model on loopback and nothing else.

const KEY = 'no-key-at-all-0123456789';

export const AGENTS = {
  claude: {
    package: '@anthropic-ai/claude-code',
    version: '2.1.197',
    env: (url) => ({
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_API_KEY: KEY,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
    }),
    home: (folder) => ({
      '.claude.json': JSON.stringify({
        hasCompletedOnboarding: true,
        lastOnboardingVersion: '99.0.0',
        theme: 'dark',
        autoUpdates: false,
        customApiKeyResponses: { approved: [KEY.slice(-20)], rejected: [] },
        projects: { [folder]: { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true, allowedTools: [] } },
      }),
    }),
    args: [],
    resume: ['--continue'],
  },
  codex: {
    package: '@openai/codex',
    version: '0.169.0',
    env: () => ({ MODEL_KEY: KEY }),
    home: (folder, url) => ({
      '.codex/config.toml': [
        'model = "gpt-5-codex"',
        'model_provider = "loopback"',
        'check_for_update_on_startup = false',
        'approval_policy = "on-request"',
        'sandbox_mode = "read-only"',
        '[model_providers.loopback]',
        'name = "loopback"',
        `base_url = "${url}/v1"`,
        'env_key = "MODEL_KEY"',
        'wire_api = "responses"',
        'requires_openai_auth = false',
        'supports_websockets = false',
        `[projects.${JSON.stringify(folder)}]`,
        'trust_level = "trusted"',
        '[features]',
        'daemon_auto_start = false',
        '[analytics]',
        'enabled = false',
        '',
      ].join('\n'),
    }),
    args: [],
    resume: ['resume', '--last'],
  },
  gemini: {
    package: '@google/gemini-cli',
    version: '0.61.0',
    env: (url) => ({ GEMINI_API_KEY: KEY, GOOGLE_GEMINI_BASE_URL: url }),
    home: () => ({
      '.gemini/settings.json': JSON.stringify({
        security: { auth: { selectedType: 'gemini-api-key' }, folderTrust: { enabled: false } },
        general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
        privacy: { usageStatisticsEnabled: false },
        telemetry: { enabled: false },
        ui: { hideTips: true, hideBanner: true },
        ide: { enabled: false, hasSeenNudge: true },
      }),
    }),
    args: [],
    resume: ['--resume', 'latest'],
  },
};

/** Writes the agent's files into a new home. @returns its environment: nothing of the user's is in it */
export function makeHome(name, home, folder, url) {
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(AGENTS[name].home(realpathSync(folder), url))) {
    mkdirSync(dirname(join(home, file)), { recursive: true });
    writeFileSync(join(home, file), text);
  }
  return { HOME: home, LANG: 'C.UTF-8', SHELL: '/bin/bash', ...AGENTS[name].env(url) };
}
