// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the config are what is tested
import { describe, expect, it } from 'vitest';
import { problemLine } from '../../src/cli/config/index.ts';
import { readConfig } from '../../src/cli/config/read.ts';
import { parseSshOptions, parseSshWords } from '../../src/transports/openssh/index.ts';

const vars = {
  SSH_KEY_PASSPHRASE: 'x',
  SSH_USER: 'ada',
  SSH_HOST: 'gpu',
  IRIS_HTTP_PORT: '1615',
  PROD_PATH: '/opt/app',
  IRIS_CLOUD_TOKEN: 'x',
};
const ssh = { words: parseSshWords, options: parseSshOptions };
const read = (yaml: string) => readConfig(yaml, '/home/u/.iris/config.yaml', { vars, home: '/home/u', ssh });
const under = (indent: string, yaml: string) => yaml.trim().replaceAll(/^(?=.)/gm, indent);

/** The examples of iris-mcp's REMOTE.md, CONFIG.md and ENV_VARS.md: whole files. */
const FILES: readonly string[] = [
  `
teams:
  team-gpu:
    remote: ssh gpu.prod.company.com
    path: /home/ai/projects/ml-pipeline
    description: ML team running on GPU cluster
  team-cloud:
    remote: ssh -i ~/.ssh/codespace_key dev@codespace-abc.github.dev
    path: /workspaces/backend
    description: Backend team in GitHub Codespace
`,
  `
settings:
  # Global default (can be overridden per-team)
  sessionMcpEnabled: false  # Enable session MCP by default (default: false)
  sessionMcpPath: ".claude/iris/mcp"  # Default MCP config directory
teams:
  team-remote:
    remote: ssh inanna
    path: /opt/containers
    sessionMcpEnabled: true  # Enable for this team (overrides global)
    sessionMcpPath: ".claude/iris/mcp"  # Optional: override path
    mcpConfigScript: /path/to/custom-script.sh  # Optional: custom config writer
`,
  `
teams:
  team-frontend:
    path: /Users/dev/projects/frontend
    description: Local frontend development
  team-backend:
    remote: ssh ec2-user@cloud9.amazonaws.com
    path: /home/ec2-user/backend
    description: Backend on AWS Cloud9
`,
  `
teams:
  team-us:
    remote: ssh dev@us-east-1.company.com
    path: /app/us-region
    description: US-based team
  team-eu:
    remote: ssh dev@eu-west-1.company.com
    path: /app/eu-region
    description: EU-based team (GDPR compliance)
  team-asia:
    remote: ssh dev@ap-southeast-1.company.com
    path: /app/asia-region
    description: Asia-Pacific team
`,
  `
teams:
  team-alpha:
    path: /Users/dev/alpha
  team-beta:
    remote: ssh dev@cloud.com
    path: /app/beta
`,
  `
settings:
  sessionInitTimeout: 30000
  responseTimeout: 120000
  idleTimeout: 3600000
  maxProcesses: 10
  healthCheckInterval: 30000
  httpPort: 1615
  defaultTransport: http

dashboard:
  enabled: true
  http: 3100
  https: 0
  host: localhost

database:
  path: data/team-sessions.db
  inMemory: false

teams:
  team-alpha:
    path: /Users/jenova/projects/alpha
    description: Alpha team - Frontend development
    idleTimeout: 3600000
    grantPermission: yes
    color: "#FF6B9D"

  team-beta:
    path: ./projects/beta
    description: Beta team - Backend services
    sessionInitTimeout: 45000
    grantPermission: ask
    color: "#4ECDC4"
`,
  `
settings:
  idleTimeout: \${IRIS_IDLE_TIMEOUT:-300000}  # 5 min dev, custom prod
  maxProcesses: \${IRIS_MAX_PROCESSES:-10}
  httpPort: \${IRIS_HTTP_PORT}

database:
  path: \${IRIS_DB_PATH:-data/team-sessions.db}
dashboard:
  http: \${DASHBOARD_PORT:-3100}
teams:
  team-production:
    path: \${PROD_PATH:-/opt/app}
    idleTimeout: \${PROD_TIMEOUT:-1800000}
  production:
    path: \${PROD_PATH}  # Required - must be set in environment
`,
  // Every line of the default config is a comment but these.
  `
settings:
  sessionInitTimeout: \${IRIS_SESSION_INIT_TIMEOUT:-30000}  # 30 seconds
  spawnTimeout: \${IRIS_SPAWN_TIMEOUT:-20000}
  responseTimeout: \${IRIS_RESPONSE_TIMEOUT:-120000}
  idleTimeout: \${IRIS_IDLE_TIMEOUT:-3600000}
  maxProcesses: \${IRIS_MAX_PROCESSES:-10}
  healthCheckInterval: \${IRIS_HEALTH_CHECK_INTERVAL:-30000}
  httpPort: \${IRIS_HTTP_PORT:-1615}
  defaultTransport: \${IRIS_DEFAULT_TRANSPORT:-http}
  wonderLoggerConfig: \${IRIS_WONDER_LOGGER_CONFIG:-./wonder-logger.yaml}
dashboard:
  enabled: \${IRIS_DASHBOARD_ENABLED:-true}
  selfsigned: \${IRIS_DASHBOARD_SELFSIGNED:-false}
database:
  inMemory: \${IRIS_DB_IN_MEMORY:-false}
teams:
  # No teams configured yet!
`,
  `
teams:
  team-alpha:
`,
];

/** Teams; where one of them has `<host>` it has to have a host. */
const TEAMS: readonly string[] = [
  `
team-backend:
  remote: ssh inanna
  path: /opt/containers
  description: Backend team on remote host
`,
  `
team-backend:
  remote: ssh inanna
  ssh2: true
  path: /opt/containers
  description: Backend team on remote host
  remoteOptions:
    passphrase: \${SSH_KEY_PASSPHRASE}
`,
  `
team-backend:
  remote: ssh -o StrictHostKeyChecking=no codespace-abc@123.github.dev
  path: /workspaces/backend
  description: Backend team running in GitHub Codespace
  remoteOptions:
    connectTimeout: 10000
    serverAliveInterval: 30000
`,
  `
team-data:
  remote: ssh ec2-user@ec2-54-123-45-67.compute-1.amazonaws.com
  path: /home/ec2-user/environment/data-pipeline
  description: Data team on AWS Cloud9
  remoteOptions:
    identity: ~/.ssh/aws-cloud9.pem
    port: 22
`,
  `
team-ml:
  remote: ssh ml@gpu-cluster.company.com
  path: /mnt/shared/ml-models
  description: ML team with GPU access
  remoteOptions:
    identity: ~/.ssh/gpu_cluster_rsa
    serverAliveInterval: 60000
`,
  `
team-test:
  remote: docker exec -i test-container
  path: /app
  description: Testing team in Docker container
`,
  `
team-frontend:
  remote: kubectl exec -i frontend-pod-abc123 --
  path: /usr/src/app
  description: Frontend team in Kubernetes
`,
  `
team-custom:
  sessionMcpEnabled: true
  mcpConfigScript: /usr/local/bin/custom-mcp-writer.sh
  # Script receives same stdin/args contract
`,
  `
team-remote:
  remote: ssh inanna
  path: /opt/containers

  # Enable bidirectional communication
  enableReverseMcp: true      # SSH reverse tunnel (remote → local)
  reverseMcpPort: 1615        # Port for tunnel (default: 1615)
  sessionMcpEnabled: true     # MCP config file routing
  allowHttp: false            # HTTPS only (production)
`,
  `
team-security:
  remote: ssh -J bastion.company.com security@vault.internal
  path: /secure/audit-system
  description: Security team on air-gapped network
`,
  `
team-remote:
  remote: ssh user@remote-host
  claudePath: ~/.local/bin/claude
  path: /home/user/projects/app
  grantPermission: forward  # Forward to calling team
  enableReverseMcp: true
`,
  `
team-remote:
  path: /remote/path/to/project
  remote: user@remote-host
  enableReverseMcp: true
  mcpConfigScript: /path/to/scripts/mcp-custom-scp.sh
`,
  `
team-mobile:
  path: /Users/jenova/projects/myapp/mobile
  description: React Native mobile app - auto-approve actions
  skipPermissions: true
`,
  `
team-remote:
  remote: ssh host
  claudePath: ~/.local/bin/claude
  path: /Users/user/projects/myapp/e2e-tests
  idleTimeout: 1800000
  skipPermissions: false
  remoteOptions:
    serverAliveInterval: 30000   # Send keep-alive every 30 seconds
    serverAliveCountMax: 3       # Disconnect after 3 missed keep-alives
  color: "#4CAF50"               # Green for remote team
`,
];

/** Single lines of a team. */
const LINES: readonly string[] = [
  'remote: ssh -A user@host',
  'remote: ssh gpu-cluster',
  'remote: ssh -o StrictHostKeyChecking=no user@localhost',
  'remote: ssh ${SSH_USER}@${SSH_HOST}',
  'remote: ssh -C user@host',
  'remote: ssh x\nremoteOptions:\n  identity: ~/.ssh/company_rsa',
  'remote: ssh x\nremoteOptions:\n  strictHostKeyChecking: true # Reject unknown hosts',
  'grantPermission: no',
];

describe("iris-mcp's documented examples", () => {
  it.each(FILES)('load as they stand: file %#', (yaml) => {
    const { config, problems } = read(yaml);
    expect(problems.filter(({ severity }) => severity === 'error').map(problemLine)).toEqual([]);
    expect(config.teams).toHaveLength(yaml.match(/^ {2}(team-[a-z]+|production):$/gm)?.length ?? 0);
  });

  it.each([...TEAMS, ...LINES.map((line) => `t:\n${under('  ', line)}`)])('load as they stand: team %#', (yaml) => {
    const { config, problems } = read(`teams:\n${under('  ', yaml)}\n`);
    expect(problems.filter(({ severity }) => severity === 'error').map(problemLine)).toEqual([]);
    expect(config.teams).toHaveLength(1);
  });

  it('mean what they say', () => {
    const remotes = [...TEAMS, ...LINES.slice(0, 4).map((line) => `t:\n${under('  ', line)}`)].map((yaml) => {
      const { remote } = read(`teams:\n${under('  ', yaml)}\n`).config.teams[0]!;
      return remote ? `${remote.kind}: ${remote.words.join('|')}` : 'local';
    });
    expect(remotes).toEqual([
      'openssh: inanna',
      'ssh2: inanna',
      'openssh: -o|StrictHostKeyChecking=no|codespace-abc@123.github.dev',
      'openssh: ec2-user@ec2-54-123-45-67.compute-1.amazonaws.com',
      'openssh: ml@gpu-cluster.company.com',
      'exec: docker|exec|-i|test-container',
      'exec: kubectl|exec|-i|frontend-pod-abc123|--',
      'local',
      'openssh: inanna',
      'openssh: -J|bastion.company.com|security@vault.internal',
      'openssh: user@remote-host',
      'openssh: user@remote-host',
      'local',
      'openssh: host',
      'openssh: -A|user@host',
      'openssh: gpu-cluster',
      'openssh: -o|StrictHostKeyChecking=no|user@localhost',
      'openssh: ada@gpu',
    ]);
    const { config } = read(FILES[5]!);
    expect(config.settings).toMatchObject({ maxProcesses: 10, idleTimeout: 3_600_000, sessionInitTimeout: 30_000 });
    expect(config.teams).toMatchObject([
      { path: '/Users/jenova/projects/alpha', grantPermission: 'yes', sessionInitTimeoutMs: 30_000 },
      { path: '/home/u/.iris/projects/beta', grantPermission: 'ask', sessionInitTimeoutMs: 45_000 },
    ]);
    expect(read(FILES[7]!).config.settings).toMatchObject({ maxProcesses: 10, sessionInitTimeout: 30_000 });
  });

  it('of what is to come are accepted and left out, and what it warns of is refused', () => {
    const future = read(`
teams:
  team-cloud:
    remote: https://api.iris-cloud.com/teams/backend
    remoteType: http
    authentication:
      type: bearer
      token: \${IRIS_CLOUD_TOKEN_OF_LATER}
`);
    expect(future.problems.map(({ severity, path }) => [severity, path])).toEqual([
      ['notice', 'teams.team-cloud.remote'],
      ['notice', 'teams.team-cloud.remoteType'],
      ['notice', 'teams.team-cloud.authentication'],
    ]);
    expect(future.config.teams).toEqual([]);
    const bad = read(
      'teams:\n  t:\n    remote: ssh x\n    remoteOptions:\n      privateKey: "-----BEGIN RSA PRIVATE KEY-----"\n',
    );
    expect(bad.problems.map(problemLine)).toEqual([expect.stringContaining('no keys in here: identity names a file')]);
  });
});
